package env

import "readme/cli/release"

// Readers are programs that read .env files, each in its own way.
type Readers uint8

// The readers.
const (
	Go     Readers = 1 << iota // godotenv: readme-ops itself, and Go programs
	Next                       // Next.js: dotenv, then dotenv-expand; Vercel's and Railway's raw editors read as dotenv does
	Python                     // python-dotenv
	Bash                       // set -a; source FILE
	Docker                     // Docker Compose's env_file

	Everybody = Go | Next | Python | Bash | Docker
)

// Dialects finds the lines of a file that its readers read in different ways, where that would hurt and another spelling mends
// it. readBy tells who reads a variable; nil is Everybody. The findings of Scan are not repeated.
func Dialects(f File, readBy func(key string) Readers) []Finding {
	return nil
}

// differently are the readers that read something else in a spelling than the value of an entry.
func differently(e Entry, spelling release.Secret) Readers {
	return 0
}
