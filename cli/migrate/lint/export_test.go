package lint

// Steady are the functions that are taken to give all rows of a statement one value.
func Steady() []string { return steady }
