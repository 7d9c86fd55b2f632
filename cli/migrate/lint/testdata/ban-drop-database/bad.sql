-- readme-ops: no-transaction
drop database library;
