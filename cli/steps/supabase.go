package steps

import (
	"context"

	"readme/cli/plan"
	"readme/cli/provider/supabase"
)

type onSupabase struct{ c *supabase.Client }

// OnSupabase gives the buckets of a Supabase project.
func OnSupabase(c *supabase.Client) Buckets { return onSupabase{c} }

func (s onSupabase) Bucket(ctx context.Context, name string) (plan.Bucket, error) {
	b, found, err := s.c.Bucket(ctx, name)
	return plan.Bucket{Found: found, Public: b.Public, MaxSize: b.MaxSize, Types: b.Types}, err
}

func (s onSupabase) CreateBucket(ctx context.Context, b plan.BucketInputs) error {
	return s.c.CreateBucket(ctx, supabase.Bucket{Name: b.Name, Public: b.Public, MaxSize: b.MaxSize, Types: b.Types})
}

func (s onSupabase) UpdateBucket(ctx context.Context, b plan.BucketInputs) error {
	return s.c.UpdateBucket(ctx, supabase.Bucket{Name: b.Name, Public: b.Public, MaxSize: b.MaxSize, Types: b.Types})
}
