package env_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"readme/cli/env"
)

// valuesFile is a values file of 1,000 variables as people write them.
func valuesFile() []byte {
	var b strings.Builder
	for i := range 250 {
		fmt.Fprintf(&b, "# what it is for, and where it comes from\n# @required @sensitive @type=url\nDATABASE_URL_%d=postgres://user:p4ssw0rd@db.example.org:5432/app?sslmode=require\n\n", i)
		fmt.Fprintf(&b, "TOKEN_%d='sk_live_0123456789abcdefghijklmnopqrstuvwxyz'\nexport NAME_%d=\"two words\\nand a line\" # why\nPORT_%d=8080\n\n", i, i, i)
	}
	return []byte(b.String())
}

func BenchmarkScan(b *testing.B) {
	data := valuesFile()
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if f, _ := env.Scan(".env", data); len(f.Entries) != 1000 {
				b.Fatalf("%d entries", len(f.Entries))
			}
		}
	})
	b.Run("godotenv", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if m, err := godotenv.UnmarshalBytes(data); err != nil || len(m) != 1000 {
				b.Fatalf("%d entries, %v", len(m), err)
			}
		}
	})
}
