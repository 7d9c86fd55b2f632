package railway

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// mostDomains is how many domains one instance may have.
const mostDomains = 20

// createDomain gives the instance one more domain, each time.
func (e *Emulator) createDomain(c *call, in *instance) (any, error) {
	_, none := e.lasts(FaultNoDomain, in)
	if none || e.cfg.Edge == nil || len(in.Domains) >= mostDomains {
		return nil, errProcessing
	}
	d := &domain{ID: uuid.NewString(), Created: now(), Port: whole(c.in, "targetPort", 0), Number: 1}
	for _, have := range in.Domains {
		d.Number = max(d.Number, have.Number+1, 2)
	}
	if err := e.openEdge(in, d); err != nil {
		return nil, errProcessing
	}
	in.Domains = append(in.Domains, d)
	return in.domainView(d), e.accept()
}

func (e *Emulator) deleteDomain(c *call) (any, error) {
	for _, env := range e.w.environments() {
		for _, in := range env.live() {
			for i, d := range in.Domains {
				if d.ID == text(c.args, "id") && c.who.sees(env) {
					e.closeEdge(d)
					in.Domains = append(in.Domains[:i:i], in.Domains[i+1:]...)
					return true, e.accept()
				}
			}
		}
	}
	return nil, errNotAuthorized
}

// AddCustomDomain gives a service a name that the founder has brought. While it is not verified, Railway does not
// answer under it. The emulator does not serve it: what is asked for there goes wherever the name leads.
func (e *Emulator) AddCustomDomain(where Place, name string, verified bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	in, err := e.at(where)
	if err != nil {
		return fmt.Errorf("add a domain: %w", err)
	}
	in.Domains = append(in.Domains, &domain{ID: uuid.NewString(), Host: name, Created: now(), Custom: true, Verified: verified})
	return e.save()
}

func (e *Emulator) queryDomains(_ *call, in *instance) (any, error) { return e.domainsView(in), nil }

// domainsView lists the domains, newest first.
func (e *Emulator) domainsView(in *instance) object {
	own, custom := []object{}, []object{}
	if _, none := e.lasts(FaultNoDomain, in); none {
		return object{"serviceDomains": own, "customDomains": custom}
	}
	domains := in.Domains
	if _, ok := e.lasts(FaultUnverified, in); ok {
		domains = append(slices.Clip(domains), &domain{ID: in.ID, Host: in.service.Name + ".example.com", Created: in.Created, Custom: true})
	}
	for _, d := range slices.Backward(domains) {
		switch {
		case d.Custom:
			custom = append(custom, in.customView(d))
		case d.Host != "":
			own = append(own, in.domainView(d))
		}
	}
	return object{"serviceDomains": own, "customDomains": custom}
}

func (in *instance) domainView(d *domain) object {
	port := any(nil)
	if d.Port > 0 {
		port = d.Port
	}
	return object{
		"id": d.ID, "domain": d.Host, "suffix": nil, "targetPort": port, "syncStatus": "ACTIVE",
		"environmentId": in.env.ID, "serviceId": in.ServiceID, "createdAt": stamp(d.Created), "updatedAt": stamp(d.Created),
	}
}

func (in *instance) customView(d *domain) object {
	o := in.domainView(d)
	delete(o, "suffix")
	o["projectId"] = in.env.project.ID
	certificate, record, current := "CERTIFICATE_STATUS_TYPE_VALID", "DNS_RECORD_STATUS_PROPAGATED", "box.up.railway.app"
	if !d.Verified {
		certificate, record, current = "CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP", "DNS_RECORD_STATUS_REQUIRES_UPDATE", ""
	}
	o["status"] = object{
		"verified": d.Verified, "verificationToken": "railway-verify=" + d.ID, "verificationDnsHost": "_railway-verify",
		"certificateStatus": certificate, "certificateErrorMessage": nil,
		"dnsRecords": []object{{
			"hostlabel": d.Host, "fqdn": d.Host, "zone": d.Host, "recordType": "DNS_RECORD_TYPE_CNAME", "requiredValue": "box.up.railway.app",
			"currentValue": current, "status": record, "purpose": "DNS_RECORD_PURPOSE_TRAFFIC_ROUTE",
		}},
	}
	return o
}
