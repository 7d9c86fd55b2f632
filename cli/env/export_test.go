package env

// MendText is Fix for the text of one example, without files.
var MendText = mendText
