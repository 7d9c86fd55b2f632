package main

// envSpeed is what reading the variables' files and the code that reads them costs.
func envSpeed() error {
	return benchmark("scanner of .env files: 1,000 variables, beside godotenv (MB/s)", "./cli/env", "Scan", "300x")
}
