package railway

import (
	"net"
	"net/url"
	"strings"

	"readme/cli/provider"
)

// state reads Railway's status as ours, with a sentence for the bad ends. A status that the schema does not know
// counts as on its way, because a waiter has a deadline; only CANCEL..., which scripts in the wild handle, is an end.
func (d wireDeployment) state() (provider.State, string) {
	switch d.Status {
	case "NEEDS_APPROVAL":
		return provider.NeedsHuman, "Railway waits for a person to approve it, because it does not know who pushed the commit: approve it in the service's deployments at Railway, or connect the pusher's GitHub account there"
	case "SUCCESS":
		if d.ended() {
			return provider.Failed, "the deployment was accepted, but its process has ended"
		}
		if d.restarting() {
			return provider.Building, ""
		}
		return provider.Live, ""
	case "SLEEPING": // it had served, and the next request wakes it
		return provider.Live, ""
	case "FAILED":
		return provider.Failed, "the build, the start or the health check failed"
	case "CRASHED":
		return provider.Failed, "the service crashed, and Railway has given up restarting it"
	case "SKIPPED":
		return provider.Failed, d.skipped()
	case "REMOVING", "REMOVED":
		return provider.Superseded, "another deployment took its place, or it was removed or cancelled"
	}
	if strings.HasPrefix(d.Status, "CANCEL") {
		return provider.Failed, "somebody or something cancelled it before it went live"
	}
	return provider.Building, ""
}

// known reports whether a deployment that is on its way says so in a word of the schema.
func (d wireDeployment) known() bool {
	switch d.Status {
	case "QUEUED", "WAITING", "INITIALIZING", "BUILDING", "DEPLOYING":
		return true
	}
	return false
}

func (d wireDeployment) skipped() string {
	why := d.meta("skippedReason")
	switch said := strings.ToLower(why); {
	case why == "":
		return "Railway skipped the deployment, and does not say why"
	case strings.Contains(said, "watched files") || strings.Contains(said, "patterns"):
		return "Railway skipped the deployment: " + why + ". The service has watch paths in its settings at Railway: empty them there, readme-ops itself knows what has changed"
	case strings.Contains(said, "check suite"):
		return "Railway skipped the deployment: " + why + ". The service waits for the checks at GitHub (Wait for CI): mend them, or turn that off in the service's settings at Railway"
	}
	return "Railway skipped the deployment: " + why
}

// ended reports whether a SUCCESS runs no more: every instance must say so, since deploymentStopped alone is also
// true while one starts.
func (d wireDeployment) ended() bool {
	if !d.Stopped || len(d.Instances) == 0 {
		return false
	}
	for _, i := range d.Instances {
		switch i.Status {
		case "EXITED", "STOPPED", "CRASHED", "REMOVED":
		default:
			return false
		}
	}
	return true
}

// restarting reports whether a SUCCESS serves nobody at this moment, because its process has crashed and is started again:
// it may come up, or be CRASHED after as many tries as its settings allow.
func (d wireDeployment) restarting() bool {
	for _, i := range d.Instances {
		if i.Status != "RESTARTING" && i.Status != "CRASHED" {
			return false
		}
	}
	return d.Status == "SUCCESS" && len(d.Instances) > 0
}

// raw is Railway's own word, and that of a SUCCESS which does not serve.
func (d wireDeployment) raw() string {
	if d.restarting() {
		return d.Status + ", " + d.Instances[0].Status
	}
	return d.Status
}

// deployment is d in the words that all vendors share.
func (d wireDeployment) deployment(service string) provider.Deployment {
	state, why := d.state()
	address := d.StaticURL
	if address == "" {
		address = d.URL
	}
	return provider.Deployment{
		ID: d.ID, Service: service, State: state, Raw: d.raw(), Why: why,
		Marker: d.marker(), URL: withScheme(address),
		Image: d.meta("image"), Created: d.CreatedAt,
	}
}

// url prefers a verified domain of the founder's own.
func (d wireDomains) url() string {
	for _, c := range d.CustomDomains {
		if c.Status.Verified {
			return withScheme(c.Domain)
		}
	}
	if len(d.ServiceDomains) > 0 {
		return withScheme(d.ServiceDomains[0].Domain)
	}
	return ""
}

// withScheme adds the scheme that Railway leaves out: https, or http where the host is this machine.
func withScheme(address string) string {
	if address == "" || strings.Contains(address, "://") {
		return strings.TrimSuffix(address, "/")
	}
	u, err := url.Parse("//" + address)
	if err != nil {
		return ""
	}
	u.Scheme = "https"
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback()) {
		u.Scheme = "http"
	}
	return strings.TrimSuffix(u.String(), "/")
}
