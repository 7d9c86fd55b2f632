package vercel

import (
	"strings"

	"readme/cli/provider"
)

// verdict follows the order of Vercel's own client: READY alone means that the build is done, and only the alias says
// that the deployment is reached. A word that we do not know is taken for one on the way.
func verdict(w wireDeployment) (provider.State, string) {
	switch w.state() {
	case "ERROR":
		return provider.Failed, sentence(w.ErrorCode, either(w.ErrorMessage, w.ReadyStateReason), "the build failed")
	case "CANCELED":
		return provider.Superseded, sentence("", either(w.ErrorMessage, w.ReadyStateReason), "it was cancelled")
	case "DELETED":
		return provider.Superseded, "it was deleted"
	case "BLOCKED":
		return provider.NeedsHuman, w.held()
	case "READY":
	default:
		return provider.Building, ""
	}
	switch {
	case w.Checks.Alias.State == "failed" || w.ChecksConclusion == "failed":
		return provider.Failed, "Vercel's checks of the deployment failed"
	case w.ReadySubstate == "ROLLING":
		return provider.Building, "" // a rolling release moves the traffic in stages
	case bool(w.AliasAssigned):
		return provider.Staged, ""
	case w.AliasError != nil:
		return provider.Failed, sentence(w.AliasError.Code, w.AliasError.Message, "the domain could not be assigned")
	}
	return provider.Building, ""
}

// sentence joins a code and a message, or says what we know ourselves.
func sentence(code, message, otherwise string) string {
	switch {
	case code == "" && message == "":
		return otherwise
	case code == "" || strings.Contains(message, code):
		return message
	case message == "":
		return otherwise + " (" + code + ")"
	}
	return code + ": " + message
}

// held says why Vercel holds a deployment back, and what a person does about it.
func (w wireDeployment) held() string {
	code := ""
	if w.SeatBlock != nil {
		code = w.SeatBlock.BlockCode
	}
	why := "Vercel holds it back until a person lets it through"
	switch code {
	case "COMMIT_AUTHOR_REQUIRED":
		why += ": the commit's author must be a member of the Vercel team with this Git account"
	case "TEAM_ACCESS_REQUIRED":
		why += ": its author has no seat in the Vercel team"
	}
	return sentence(code, either(w.ReadyStateReason, w.ErrorMessage), why)
}
