package code_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"readme/cli/env/code"
)

const monorepo = `
-- go.mod --
replace (
	example.com/m/nested v1.0.0 => ./libs/nested
	example.com/own => ./libs/own
)

module example.com/m
-- services/api/main.go --
package main

import (
	"os"

	_ "example.com/m/shared/db"
	_ "example.com/own/log"
	_ "example.com/m/nested/x"
	_ "example.com/other/x"
)

var _ = os.Getenv("API")
-- services/worker/main.go --
package main

import (
	"os"

	_ "example.com/m/shared/db"
)

var _ = os.Getenv("WORKER")
-- shared/db/db.go --
package db

import (
	"os"

	_ "example.com/m/shared/deep"
)

var _ = os.Getenv("DB")
-- shared/deep/deep.go --
package deep

import "os"

var _ = os.Getenv("DEEP")
-- shared/unused/unused.go --
package unused

import "os"

var _ = os.Getenv("UNUSED")
-- libs/own/go.mod --
module example.com/own
-- libs/own/log/log.go --
package log

import "os"

var _ = os.Getenv("LOG")
-- libs/nested/go.mod --
module example.com/m/nested
-- libs/nested/x/x.go --
package x

import "os"

var _ = os.Getenv("NESTED")
-- web/app/page.tsx --
import { x } from "../../packages/ui/x";
import y from "@/lib/y";
export const a = process.env.WEB;
-- web/lib/y.ts --
export const y = process.env.LIB;
-- packages/ui/x.tsx --
export * from "./z.js";
export const x = process.env.UI;
-- packages/ui/z.ts --
export const z = process.env.Z;
-- packages/ui/unused.ts --
export const z = process.env.UNUSED_TS;
-- bots/voice/bot.py --
import os
from shared_py.keys import key
from .local import here
os.environ["BOT"]
-- bots/voice/local.py --
import os
os.environ["LOCAL"]
-- bots/shared_py/keys.py --
import os
os.environ["KEYS"]
-- one.py --
import os
os.environ["ONE"]
`

func TestAServicesCodeIsItsFoldersAndWhatTheyImport(t *testing.T) {
	t.Parallel()
	root := unpack(t, txtar.Parse([]byte(monorepo)))
	got, err := code.Read(t.Context(), root, [][]string{{"services/api"}, {"services/worker/"}, {"web/app"}, {"./bots/voice", "one.py"}, {"services"}})
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for _, u := range got.Uses {
		by[u.Name] = fmt.Sprint(u.By)
	}
	want := map[string]string{
		"API": "[0 4]", "WORKER": "[1 4]", "DB": "[0 1 4]", "DEEP": "[0 1 4]", "LOG": "[0 4]", "NESTED": "[0 4]",
		"WEB": "[2]", "LIB": "[2]", "UI": "[2]", "Z": "[2]",
		"BOT": "[3]", "LOCAL": "[3]", "KEYS": "[3]", "ONE": "[3]",
	}
	if diff := cmp.Diff(want, by); diff != "" {
		t.Error(diff)
	}
	if got.Files != 14 {
		t.Errorf("read %d files, want 14", got.Files)
	}
}

func TestFoldersThatAreNotThereAreNamed(t *testing.T) {
	t.Parallel()
	root := unpack(t, txtar.Parse([]byte(monorepo)))
	got, err := code.Read(t.Context(), filepath.Join(root, "services"), [][]string{{"api"}, {"nothing", "../web", "/etc"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]code.Gone{{1, "nothing"}, {1, "../web"}, {1, "/etc"}}, got.Gone); diff != "" {
		t.Error(diff)
	}
}

func TestPlacesAreThoseOfTheNames(t *testing.T) {
	t.Parallel()
	root := unpack(t, txtar.Parse([]byte(strings.Join([]string{
		"-- a.go --", "package a", "import \"os\"", "const k = \"C\"", "var é, _ = os.Getenv(\"A\"), os.Getenv(k)",
		"-- b.ts --", "/* é */ const x = process.env.B, y = process.env[\"D\"];",
		"-- c.py --", "import os\r", "x = os.environ['E']", "",
	}, "\n"))))
	got, err := code.Read(t.Context(), root, [][]string{{"."}})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, u := range got.Uses {
		out = append(out, u.At.String()+" "+u.Name+" "+u.Language)
	}
	want := []string{"a.go:4:23 A Go", "a.go:4:39 C Go", "b.ts:1:32 B TypeScript", "b.ts:1:51 D TypeScript", "c.py:2:16 E Python"}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatNoPersonWroteIsNotReadAndALinkIsNotFollowed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "big.js"), []byte("process.env.BIG;"+strings.Repeat(" ", 1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(root, filepath.Join(root, "again")); err != nil {
		t.Skip(err)
	}
	got, err := code.Read(t.Context(), root, [][]string{{"."}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Uses) != 0 || len(got.Notes) != 1 || got.Notes[0].At.String() != "big.js:1:1" || got.Files != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestReadingStopsWhenItIsNotWantedAnyMore(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := code.Read(ctx, unpack(t, txtar.Parse([]byte(monorepo))), [][]string{{"."}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestHostsProvideTheirOwn(t *testing.T) {
	t.Parallel()
	for host, names := range map[string]string{
		"railway": "PORT HOST RAILWAY_REPLICA_ID RELEASE_COMMIT PATH npm_package_version http_proxy -VERCEL_URL -DATABASE_URL",
		"vercel":  "VERCEL VERCEL_URL NEXT_RUNTIME NODE_ENV NEXT_PUBLIC_VERCEL_ENV -RAILWAY_X -NEXT_PUBLIC_X",
		"pipecat": "PIPECAT_X PORT -RELEASE_COMMIT",
		"":        "HOME CI -PORT",
	} {
		has := code.Provided(host)
		for name := range strings.FieldsSeq(names) {
			bare, not := strings.CutPrefix(name, "-")
			if has(bare) == not {
				t.Errorf("%s provides %s: %v", host, bare, !not)
			}
		}
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	root := unpack(t, txtar.Parse([]byte("-- a.py --\nimport os\nos.environ[\"A\"]\n-- b.py --\nimport os\nos.environ[\"B\"]\n")))
	if err := os.Chmod(filepath.Join(root, "a.py"), 0); err != nil {
		t.Fatal(err)
	}
	got, err := code.Read(t.Context(), root, [][]string{{"."}})
	if diff := cmp.Diff([]string{"a.py:1 note", "b.py:2 B"}, found(got)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestImportOfAPackageFromManyFiles(t *testing.T) {
	t.Parallel()
	const imports = "package a\n\nimport _ \"m/b\"\n"
	root := unpack(t, txtar.Parse([]byte("-- go.mod --\nmodule m\n-- a/one.go --\n"+imports+"-- a/two.go --\n"+imports+"-- c/c.go --\n"+imports+
		"-- b/one.go --\npackage b\n-- b/two.go --\npackage b\n\nimport \"os\"\n\nvar _ = os.Getenv(\"B\")\n")))
	got, err := code.Read(t.Context(), root, [][]string{{"a"}, {"c"}})
	if err != nil || len(got.Uses) != 1 {
		t.Fatal(got, err)
	}
	if diff := cmp.Diff([]int{0, 1}, got.Uses[0].By); diff != "" {
		t.Error(diff)
	}
}
