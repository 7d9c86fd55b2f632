package steps_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	emulator "readme/cli/box/vercel"
	"readme/cli/box/vercel/boxtest"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/steps"
)

// drifter is a host whose world can be changed by hand.
type drifter struct {
	*vendor
	missing  []string
	has      []provider.Variable
	settings []provider.Setting
	warns    []string
	away     error
}

func (d *drifter) Missing(context.Context) ([]string, error)              { return d.missing, d.away }
func (d *drifter) Make(context.Context, steps.New) error                  { return nil }
func (d *drifter) Variables(context.Context) ([]provider.Variable, error) { return d.has, d.away }
func (d *drifter) Warnings(context.Context) ([]string, error)             { return d.warns, nil }
func (d *drifter) Unlike(context.Context, steps.Order) ([]provider.Setting, error) {
	return d.settings, nil
}

// storage is one bucket.
type storage struct{ is plan.Bucket }

func (s storage) Bucket(context.Context, string) (plan.Bucket, error) { return s.is, nil }
func (storage) CreateBucket(context.Context, plan.BucketInputs) error {
	return errors.New("drift changes nothing")
}

func (storage) UpdateBucket(context.Context, plan.BucketInputs) error {
	return errors.New("drift changes nothing")
}

// drifts holds a world with one service and a bucket against what one run has left.
func drifts(t *testing.T, d *drifter, is plan.Bucket, runs ...*release.State) steps.Drifted {
	t.Helper()
	rel := &spec.Release{
		Deploy: []spec.Deploy{{Name: "api", To: "railway"}},
		Bucket: &spec.Bucket{Name: "books", MaxSize: 50 << 20, Types: []string{"application/pdf"}},
	}
	m := &spec.Matrix{
		Services: []spec.Service{{Name: "api", Deploy: "api"}},
		Variables: []spec.Variable{
			{Name: "NEEDED", Services: []string{"api"}}, {Name: "OPTIONAL", Services: []string{"api"}, Optional: true},
		},
	}
	w := &steps.World{Hosts: map[string]steps.Host{"api": d}, Buckets: storage{is}}
	q := steps.Question{Release: rel, Matrix: m, Env: spec.Environment{Name: "dev"}}
	return steps.ReadDrift(t.Context(), w, q, steps.NewHistory(runs), "")
}

// released is a run that has left api1 live.
func released(t *testing.T) *release.State {
	t.Helper()
	return onRecord(t, "20260101-000000-aaaaaa", []release.Step{step(t, release.KindMigrations, "migrations", "", plan.MigrationsInputs{})}, "api1")
}

var (
	asReleased = []provider.Variable{{Name: "NEEDED"}, {Name: "RELEASE_COMMIT"}, {Name: "RAILWAY_SERVICE_ID"}}
	asItShould = plan.Bucket{Found: true, MaxSize: 50 << 20, Types: []string{"application/pdf"}}
)

func keys(found []steps.Drift) []string {
	var out []string
	for _, d := range found {
		out = append(out, d.Key()+": "+d.Expected+" / "+d.Found)
	}
	return out
}

func TestDrift_isNothingWhereAllIsAsItWasReleased(t *testing.T) {
	d := drifts(t, &drifter{vendor: newVendor("api1"), has: asReleased, warns: []string{"it deploys itself"}}, asItShould, released(t))
	if len(d.Found) != 0 || len(d.Unread) != 0 || !slices.Equal(d.Notes, []string{"it deploys itself"}) {
		t.Errorf("got %+v", d)
	}
}

func TestDrift_namesEachThing(t *testing.T) {
	d := drifts(t, &drifter{
		vendor: newVendor("api2"), has: []provider.Variable{{Name: "DEBUG"}},
		settings: []provider.Setting{{Name: "start", Want: "./api"}},
	}, plan.Bucket{Found: true, Public: true, Types: []string{"image/png"}}, released(t))
	want := []string{
		"api/deployment: api1, as run 20260101-000000-aaaaaa left it / api2, by somebody else, commit c-api2",
		"api/setting start: ./api / none",
		"api/variable NEEDED: it is set at railway / it is not there",
		"api/variable DEBUG: envmatrix.yaml does not give it to api / it is set at railway",
		"bucket books/privacy: private / public",
		"bucket books/limit: 50 MB / any size",
		"bucket books/types: application/pdf / image/png",
	}
	if diff := cmp.Diff(want, keys(d.Found)); diff != "" {
		t.Error(diff)
	}
}

func TestDrift_ofWhatIsGone(t *testing.T) {
	d := drifts(t, &drifter{vendor: newVendor(""), missing: []string{"service api", "public domain"}}, plan.Bucket{}, released(t))
	want := []string{
		"api/deployment: api1, as run 20260101-000000-aaaaaa left it / nothing",
		"api/service api: it exists at railway / it does not exist",
		"api/public domain: it exists at railway / it does not exist",
		"bucket books/existence: it exists / it does not exist",
	}
	if diff := cmp.Diff(want, keys(d.Found)); diff != "" {
		t.Error(diff)
	}
}

// Without any record an upload that bears no mark of ours is somebody else's.
func TestDrift_withoutARecordKnowsItsOwnUploadsByTheirMark(t *testing.T) {
	d := drifts(t, &drifter{vendor: newVendor("api2"), has: asReleased}, asItShould)
	want := []string{"api/deployment: one that readme-ops has brought / api2, by somebody else, commit c-api2"}
	if diff := cmp.Diff(want, keys(d.Found)); diff != "" {
		t.Error(diff)
	}
}

func TestDrift_saysWhatCouldNotBeLookedAt(t *testing.T) {
	d := drifts(t, &drifter{vendor: newVendor("api1"), away: errors.New("it is away")}, plan.Bucket{Found: true, Public: true}, released(t))
	if len(d.Unread) != 1 || len(d.Found) == 0 || d.Found[0].Where != "bucket books" {
		t.Errorf("got %+v", d)
	}
}

func TestUnlike_theFolderAndTheFrameworkOfTheVercelProject(t *testing.T) {
	f := &boxtest.Forge{}
	onVercelWith(t, func(c *emulator.Config, o *vercel.Options) {
		ofCommits(f)(c, o)
		c.Projects[0].Root = "elsewhere"
	}, func(v *atVercel) {
		f.Push("main", "one", map[string]string{root + "/page.txt": "one"})
		got, err := steps.OnVercel(v.Client).(steps.Unlike).Unlike(v.Context(), steps.Order{})
		if want := []provider.Setting{{Name: "root", Want: root, Has: "elsewhere"}}; err != nil || !slices.Equal(got, want) {
			v.Errorf("got %v, %v", got, err)
		}
	})
}
