package code_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"readme/cli/env/code"
)

func TestTry(t *testing.T) {
	if os.Getenv("TRY") == "" {
		t.Skip()
	}
	var services [][]string
	for _, s := range strings.Fields(os.Getenv("TRY")) {
		services = append(services, strings.Split(s, ","))
	}
	began := time.Now()
	got, err := code.Read(t.Context(), os.Getenv("ROOT"), services)
	fmt.Println(time.Since(began), err, got.Files, got.Gone)
	for _, u := range got.Uses {
		fmt.Println(u.At, u.Name, u.Language, u.By)
	}
	for _, n := range got.Notes {
		fmt.Println("NOTE", n.At, n.Text, n.By)
	}
}
