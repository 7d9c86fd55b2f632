package vercel

const keptAddresses = 5 // of a project's newest deployments

// front opens a project's domain. The caller holds the lock.
func (e *Emulator) front(p *project) error {
	id := p.ID
	s, err := e.listen(p.Edge, func() place {
		p := e.project(id)
		if p == nil {
			return place{}
		}
		return e.placeOf(e.served(p), p, true)
	})
	if err != nil {
		return err
	}
	e.fronts[p.ID], p.Domain = s, s.addr
	return nil
}

// arrange brings addresses and processes in line with the state: of each project the newest few deployments have an
// address; what the domain serves and the newest build beside it have a process. The caller holds the lock.
func (e *Emulator) arrange() error {
	named, running := map[string]bool{}, map[string]bool{}
	for _, p := range e.state.Projects {
		e.wanted(p, named, running)
	}
	for id, s := range e.sites {
		if !named[id] {
			delete(e.sites, id)
			e.run(s.close)
		}
	}
	for id, r := range e.runners {
		if !running[id] {
			delete(e.runners, id)
			e.run(r.stop)
		}
	}
	for _, d := range e.state.Deployments {
		if err := e.name(d, named); err != nil {
			return err
		}
		if running[d.ID] && !d.Prebuilt && e.runners[d.ID] == nil {
			e.runners[d.ID] = e.newRunner(*d, *e.project(d.Project))
		}
	}
	return nil
}

// name gives a deployment its address if it is to have one and has none.
func (e *Emulator) name(d *deployment, named map[string]bool) error {
	if !named[d.ID] || e.sites[d.ID] != nil {
		return nil
	}
	id, projectID := d.ID, d.Project
	s, err := e.listen("dpl/"+id, func() place { return e.placeOf(id, e.project(projectID), false) })
	if err != nil {
		return err
	}
	e.sites[id], d.URL = s, s.addr
	return nil
}

// wanted adds who of a project has an address, and who has a process.
func (e *Emulator) wanted(p *project, named, running map[string]bool) {
	for _, live := range []string{p.Production, e.served(p)} {
		if live != "" {
			named[live], running[live] = true, true
		}
	}
	all := e.of(p)
	beside := ""
	for i, d := range all {
		if len(all)-i <= keptAddresses {
			named[d.ID] = true
		}
		if d.State == "READY" && d.ID != p.Production && (d.Substate == "STAGED" || d.Target != production) {
			beside = d.ID
		}
	}
	if beside != "" {
		running[beside] = true
	}
}
