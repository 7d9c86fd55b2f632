package postgres

// Parse reads a URL as Open does.
var Parse = parse
