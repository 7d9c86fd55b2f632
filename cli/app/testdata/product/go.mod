module product

go 1.26
