package railway_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	emulator "readme/cli/box/railway"
	"readme/cli/provider"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

func (w *world) put(name, value string) {
	w.t.Helper()
	if err := w.client.SetVariables(w.t.Context(), "worker", map[string]release.Secret{name: release.NewSecret(value)}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) variables() map[string]provider.Variable {
	w.t.Helper()
	list, err := w.client.ListVariables(w.t.Context(), "worker")
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]provider.Variable{}
	for _, v := range list {
		out[v.Name] = v
	}
	return out
}

func (w *world) write(name, value string) error {
	return w.client.WriteVariables(w.t.Context(), "worker", []provider.NewVariable{{Name: name, Value: release.NewSecret(value)}})
}

func TestListVariables_saysWhoElseWritesThemAndWhenTheyWereWritten(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.put("PLAIN", "one")
		time.Sleep(time.Hour)
		w.put("MIXED", "redis://:p4ssw0rd@${{PLAIN}}/${{ shared.DB }}")
		w.put("SEALED", "never seen again")
		w.put("RELEASE_COMMIT", "abc")
		if err := w.em.Seal(emulator.Place{Service: "worker"}, "SEALED"); err != nil {
			t.Fatal(err)
		}
		got := w.variables()
		for name, want := range map[string]string{
			"PLAIN": "", "SEALED": "", "MIXED": "whoever made it refer to ${{PLAIN}}, ${{shared.DB}}",
			"RAILWAY_SERVICE_NAME": "Railway itself", "RELEASE_COMMIT": "readme-ops, which tells the service its commit",
		} {
			if got[name].Owner != want {
				t.Errorf("%s belongs to %q, want %q", name, got[name].Owner, want)
			}
		}
		if v := got["SEALED"]; v.Readable || !v.Sensitive || !v.Value.Empty() {
			t.Errorf("the sealed one reads as %+v", v)
		}
		if v := got["MIXED"]; v.Value.Reveal() != "redis://:p4ssw0rd@one/" {
			t.Errorf("a reference is not rendered")
		}
		if d := got["SEALED"].Updated.Sub(got["PLAIN"].Updated); d != time.Hour {
			t.Errorf("one was written %s after the other, want 1h", d)
		}
		if err := w.write("MIXED", "a literal"); err == nil || !strings.Contains(err.Error(), "${{PLAIN}}") || strings.Contains(err.Error(), "p4ssw0rd") {
			t.Errorf("writing over a reference: %v", err)
		}
		if err := w.write("SEALED", "another one"); err != nil || w.variables()["SEALED"].Readable {
			t.Errorf("writing a sealed one: %v", err)
		}
	})
}

// That a project's token may read them is not documented: variables are read all the same.
func TestListVariables_doesWithoutWhatItMayNotSee(t *testing.T) {
	for field, want := range map[string]string{"variables": "whoever made it refer to ${{PLAIN}}", "environment": "whoever made it refer to ${{PLAIN}}"} {
		t.Run(field, func(t *testing.T) {
			bubble(t, func(w *world) {
				w.put("PLAIN", "one")
				w.put("OTHER", "${{PLAIN}}")
				w.variables() // what the client asks for once
				w.fault(emulator.FaultNotAuthorized, field, 0)
				got := w.variables()
				if v := got["OTHER"]; v.Owner != want || v.Unsure != "" || v.Value.Reveal() != "one" || v.Updated.IsZero() != (field == "environment") {
					w.t.Errorf("without %s it is %+v", field, v)
				}
				w.fault(emulator.FaultNotAuthorized, "variables", 0)
				w.fault(emulator.FaultNotAuthorized, "environment", 0)
				if v := w.variables()["OTHER"]; v.Owner != "" || v.Value.Reveal() != "one" || !strings.Contains(v.Unsure, "whether its value refers to other variables") {
					w.t.Errorf("without either it is %+v", v)
				}
			})
		})
	}
}

func TestOutdated_isWhatTheNextDeploymentWouldGetOtherwise(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("worker", railway.Settings{Start: "quiet"})
		for name, v := range map[string]string{"SAME": "1", "CHANGED": "1", "REFERS": "${{CHANGED}}", "SEALED": "1", "UNTOUCHED": "1"} {
			w.put(name, v)
		}
		for _, name := range []string{"SEALED", "UNTOUCHED"} {
			if err := w.em.Seal(emulator.Place{Service: "worker"}, name); err != nil {
				t.Fatal(err)
			}
		}
		first := w.wait(w.upload("worker", "r1"))
		check := func(live provider.Deployment, want ...string) {
			t.Helper()
			got, err := w.client.Outdated(t.Context(), "worker", live)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("outdated are %q, %v, want %q", got, err, want)
			}
		}
		check(first)
		time.Sleep(time.Minute)
		for name, v := range map[string]string{"SAME": "1", "CHANGED": "2", "NEW": "1", "SEALED": "2", "RELEASE_COMMIT": "def"} {
			w.put(name, v)
		}
		check(first, "CHANGED", "NEW", "REFERS", "SEALED")
		second := w.wait(w.upload("worker", "r2"))
		check(second)
		back, err := w.client.Rollback(t.Context(), "worker", first, marker("r3"))
		if err != nil {
			t.Fatal(err)
		}
		// A rollback brings the old variables back, and nobody can see a sealed one.
		check(w.wait(back), "CHANGED", "NEW", "REFERS")
		w.fault(emulator.FaultNotAuthorized, "deploymentSnapshot", 0)
		check(second)
		check(provider.Deployment{})
	})
}

// Whether the record has references resolved is not documented, nor what a token gets that may not look: nothing is called
// outdated for that.
func TestOutdated_takesTheRecordOfADeploymentAsItComes(t *testing.T) {
	live := provider.Deployment{ID: "d1", Created: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	for snapshot, want := range map[string]string{
		`{"variables":{"REFERS":"${{db.HOST}}","PLAIN":"1","SEALED":null}}`: "",
		`{"variables":{"REFERS":"db.internal","PLAIN":"1"}}`:                "",
		`{"variables":{"REFERS":"other","PLAIN":null,"SEALED":null}}`:       "PLAIN REFERS",
		`{"variables":{}}`: "",
		`null`:             "",
	} {
		answers := map[string]string{
			"ProjectToken": `{"projectToken":{"project":{"id":"p","name":"readme"},"environment":{"id":"e","name":"dev"}}}`,
			"Services":     aWorker, "DeploymentSnapshot": `{"deploymentSnapshot":` + snapshot + `}`,
			"Variables":  `{"variablesForServiceDeployment":{"REFERS":"db.internal","PLAIN":"1","SEALED":null,"RAILWAY_X":"new"}}`,
			"Unrendered": `{"variables":{"REFERS":"${{db.HOST}}","PLAIN":"1","SEALED":null}}`,
			"VariableNotes": `{"environment":{"variables":{"edges":[
				{"node":{"name":"PLAIN","serviceId":"s","updatedAt":"2026-11-02T00:00:00Z","references":[]}},
				{"node":{"name":"SEALED","serviceId":"another","updatedAt":"2026-11-02T00:00:00Z","references":[]}}],"pageInfo":{}}}}`,
		}
		scripted(t, railway.Options{}, answers, func(c *railway.Client, s *script) {
			got, err := c.Outdated(s.t.Context(), "worker", live)
			if err != nil || strings.Join(got, " ") != want {
				s.t.Errorf("%s: %q, %v, want %q", snapshot, got, err, want)
			}
		})
	}
}

func TestWriteVariables_tellsOfADeploymentThatWasStarted(t *testing.T) {
	bubble(t, func(w *world) {
		w.configure("worker", railway.Settings{Start: "quiet"})
		w.wait(w.upload("worker", "r1"))
		w.fault(emulator.FaultVariables, "worker", 1)
		err := w.write("KEY", "one")
		if _, ok := errors.AsType[*railway.StartedError](err); !ok || w.variables()["KEY"].Value.Reveal() != "one" {
			w.t.Errorf("got %v", err)
		}
		w.fault(emulator.FaultVariables, "worker", 1)
		w.fault(emulator.FaultVarsEmptied, "worker", 1)
		err = w.write("KEY", "two")
		if _, ok := errors.AsType[*provider.NotKeptError](err); !ok || !strings.Contains(err.Error(), "KEY reads back empty") {
			w.t.Errorf("what is not kept is told first: %v", err)
		}
	})
}

// It is ours to write, and nobody else's: also where an earlier release has written it.
func TestWriteCommit_writesOverTheOneBefore(t *testing.T) {
	bubble(t, func(w *world) {
		for _, commit := range []string{"one", "two"} {
			if err := w.client.WriteCommit(w.t.Context(), "worker", commit); err != nil {
				w.t.Fatal(err)
			}
		}
		if v := w.variables()[railway.CommitVariable]; v.Value.Reveal() != "two" {
			w.t.Errorf("got %+v", v)
		}
		if err := w.write(railway.CommitVariable, "three"); err == nil || !strings.Contains(err.Error(), "belongs to readme-ops") {
			w.t.Errorf("written as any other: %v", err)
		}
	})
}
