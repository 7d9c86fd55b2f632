package app

import (
	"errors"
	"net/url"
	"strings"

	"readme/cli/box"
	"readme/cli/provider"
	"readme/cli/release"
)

// addressOf is the variable that sets a vendor's address, and what of a pasted one is no part of it: the clients append
// the rest.
func addressOf(vendor string) (variable, rest string) {
	switch vendor {
	case "railway":
		return "RAILWAY_API_URL", "/graphql/v2"
	case "vercel":
		return "VERCEL_API_URL", ""
	case "pipecat":
		return "PIPECAT_API_HOST", "/v1"
	}
	return "SUPABASE_URL", "/storage/v1"
}

// base is a vendor's address without what the clients append to it, however it was pasted.
func base(vendor, address string) string {
	_, rest := addressOf(vendor)
	return strings.TrimSuffix(strings.TrimRight(address, "/"), rest)
}

// at is the address at which a vendor is looked for.
func (acc access) at(vendor string) string {
	return map[string]string{"railway": acc.railway, "vercel": acc.vercel, "pipecat": acc.pipecat, "supabase": acc.supabase}[vendor]
}

// explain says of a vendor that could not be read where it was looked for, if that is not the vendor's own address: the
// box may be down, or have other addresses since the values were written.
func (w *world) explain(acc access, err error) error {
	vendor, from := errors.AsType[*provider.Error](err)
	if _, many := errors.AsType[release.Faults](err); !from || many || w.env.Box {
		return err
	}
	told := *provider.AsFault(err)
	where, try := w.whereabouts(acc, vendor.Vendor)
	if where != "" {
		told.Evidence = append(told.Evidence, release.Evidence{Label: "its address", Lines: []string{where}})
	}
	if vendor.Status == 0 && try != "" {
		told.Try = try
	}
	return &told
}

// whereabouts says which variable gives a vendor's address, and what may help if nobody answers there. Both are "" for a
// vendor's own address.
func (w *world) whereabouts(acc access, vendor string) (where, try string) {
	name, _ := addressOf(vendor)
	u, err := url.Parse(acc.at(vendor))
	if err != nil || acc.values[name].Empty() {
		return "", ""
	}
	where = name + " is " + u.Redacted()
	if _, up := box.Running(w.project.home); here(u.Hostname()) && !up {
		return where + ", and the box is down", "readme-ops box up"
	} else if here(u.Hostname()) && w.env.Values != "" {
		return where, "readme-ops box env " + w.env.Name + " >" + w.env.Values
	}
	return where, ""
}
