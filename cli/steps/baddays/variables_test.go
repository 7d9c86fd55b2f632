package baddays_test

import (
	"net/http"
	"slices"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
	"readme/cli/box/railway"
	"readme/cli/box/vercel"
	"readme/cli/provider"
	"readme/cli/release"
)

// variablesThatAreWritten: somebody has changed one at Railway and one at Vercel, and taken one away from the bot's secret set.
func variablesThatAreWritten() []row {
	wire := func(vendor, name, only string) row {
		return row{vendor: vendor, Fault: fault.Fault{Name: name, Only: only, Times: 1}}.altered()
	}
	api := func(name string) row { return atRailway(name, "api", 1).altered() }
	client := func(name string, times int) row { return atVercel(name, times).altered() }
	bot := func(name string) row { return atPipecat(name, 1).altered() }
	return []row{
		api(railway.FaultSlowBuild), // a good day for variables
		api(railway.FaultVarsLost).ends(release.ExitStepFailed, "ADMIN_TOKEN"),
		api(railway.FaultVarsEmptied).ends(release.ExitStepFailed, "ADMIN_TOKEN", "empty"),
		api(railway.FaultVarsLate),
		api(railway.FaultVariables).repeats(),
		wire("railway", railway.FaultMuddledAnswer, "variableCollectionUpsert"),
		wire("railway", railway.FaultTooQuickly, "variableCollectionUpsert"),
		wire("railway", fault.RateLimited, "variableCollectionUpsert"),
		client(vercel.EnvLost, 1).ends(release.ExitStepFailed, "BOT_START_URL"),
		client(vercel.EnvEmptied, 1).ends(release.ExitStepFailed, "BOT_START_URL", "empty"),
		client(vercel.EnvLate, 1),
		client(vercel.EnvBusy, 1),
		client(vercel.EnvBusy, 0).ends(release.ExitStepFailed, "ongoing"),
		wire("vercel", fault.RateLimited, "PATCH"),
		wire("vercel", fault.AnswerCut, "PATCH"),
		bot(pipecat.FaultSecretsSlow),
		bot(pipecat.FaultSecretsLost).ends(release.ExitStepFailed, "OPENAI_API_KEY is not there"),
		bot(pipecat.FaultSecretsConflict),
		bot(pipecat.FaultSecretsFailed).ends(release.ExitStepFailed, "secret set"),
		bot(pipecat.FaultSecretsPending).ends(release.ExitStepFailed, "provisioned"),
		wire("pipecat", fault.RateLimited, "PUT"),
	}
}

// changeVariables is what somebody does past readme-ops.
func (w *world) changeVariables() {
	w.Helper()
	c, closeAll := w.dial()
	defer closeAll()
	if err := c.railway.SetVariables(w.Context(), "api", hidden(map[string]string{"ADMIN_TOKEN": "somebody-elses"})); err != nil {
		w.Fatal(err)
	}
	url := hidden(map[string]string{"url": "http://elsewhere/start"})["url"]
	if err := c.vercel.SetVariables(w.Context(), []provider.NewVariable{{Name: "BOT_START_URL", Value: url}}); err != nil {
		w.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.Context(), http.MethodDelete, "http://"+pipecatAt+"/v1/secrets/"+secretIn+"/OPENAI_API_KEY", http.NoBody)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+pipecatKey)
	resp, err := w.visitor.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		w.Fatal(resp, err)
	}
	_ = resp.Body.Close()
	time.Sleep(time.Minute)
}

// changedBack reports whether all three are as they are wanted.
func (w *world) changedBack() bool {
	w.Helper()
	c, closeAll := w.dial()
	defer closeAll()
	at, errs := map[string][]provider.Variable{}, map[string]error{}
	at["ADMIN_TOKEN"], errs["railway"] = c.railway.ListVariables(w.Context(), "api")
	at["BOT_START_URL"], errs["vercel"] = c.vercel.ListVariables(w.Context())
	at["OPENAI_API_KEY"], errs["pipecat"] = c.pipecat.ListVariables(w.Context(), secretIn)
	for vendor, err := range errs {
		if err != nil {
			w.Errorf("%s: %v", vendor, err)
		}
	}
	want := map[string]string{"ADMIN_TOKEN": adminKey, "BOT_START_URL": startURL, "OPENAI_API_KEY": ""}
	for name, value := range want {
		i := slices.IndexFunc(at[name], func(v provider.Variable) bool { return v.Name == name })
		if i < 0 || at[name][i].Value.Reveal() != value {
			w.Errorf("%s is not as it is wanted", name)
			return false
		}
	}
	return true
}
