package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/supabase"
)

// supabaseFlows is what the real server gives the client for each step of storage.mjs, by the reference and by the
// server's source. A step that is not in it, or not in the output, is a failure.
//
//go:embed supabase/want.json
var supabaseFlows []byte

// supabaseJS lets Supabase's own client judge the Storage emulator, once with each make of server key.
func supabaseJS(ctx context.Context, b *bench) error {
	const secret, publishable = "sb_secret_conformance", "sb_publishable_conformance"
	for _, kind := range []string{"secret", "legacy"} {
		e, err := supabase.Open(ctx, supabase.Config{Dir: filepath.Join(b.dir, kind), SecretKey: secret, PublishableKey: publishable})
		if err != nil {
			return err
		}
		b.onClose(func() { _ = e.Close(context.WithoutCancel(ctx)) })
		url, err := b.serve(ctx, e.Handler())
		if err != nil {
			return err
		}
		key, anon := secret, publishable
		if kind == "legacy" {
			key, anon = e.LegacyKey("service_role"), e.LegacyKey("anon")
		}
		if err := b.storage(ctx, kind, url, key, anon); err != nil {
			return err
		}
	}
	return nil
}

// storage runs storage.mjs and makes a flow of each of its steps.
func (b *bench) storage(ctx context.Context, keys, url, key, anon string) error {
	script, err := filepath.Abs(filepath.Join("scripts", "conformance", "supabase", "storage.mjs"))
	if err != nil {
		return err
	}
	out, err := b.exec(ctx, command{argv: []string{"node", script, url, key, anon, b.tool}})
	if err != nil {
		return err
	}
	var want, got map[string]any
	if err := errors.Join(json.Unmarshal(supabaseFlows, &want), json.Unmarshal([]byte(out.stdout), &got)); err != nil || out.exit != 0 {
		return out.wrong(fmt.Sprintf("it gave no result: %v", err))
	}
	var names []string
	for name := range want {
		names = append(names, name)
	}
	for name := range got {
		if _, known := want[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b.flow("supabase-js with "+keys+" keys: "+name, func() error {
			if diff := cmp.Diff(want[name], got[name]); diff != "" {
				return fmt.Errorf("(-want +got):\n%s", diff)
			}
			return nil
		})
	}
	return nil
}
