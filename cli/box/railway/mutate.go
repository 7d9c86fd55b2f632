package railway

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Why a deployment was made, as its meta says it.
const (
	reasonDeploy   = "deploy"
	reasonRedeploy = "redeploy"
	reasonRollback = "rollback"
)

// mutations are the root fields of Mutation that the emulator knows. What one accepts is on disk before it answers.
func (e *Emulator) mutations() map[string]resolver {
	return map[string]resolver{
		"deploymentRollback":       e.onDeployment(e.rollback),
		"deploymentRemove":         e.onDeployment(e.remove),
		"deploymentCancel":         e.onDeployment(e.cancel),
		"deploymentStop":           e.onDeployment(e.stopActive),
		"deploymentRestart":        e.onDeployment(e.restart),
		"deploymentRedeploy":       e.withDeployment(e.redeploy),
		"serviceInstanceUpdate":    e.updateSettings,
		"serviceInstanceDeployV2":  e.deployAgain,
		"serviceInstanceRedeploy":  func(args map[string]any) (any, error) { _, err := e.deployAgain(args); return true, err },
		"serviceDomainCreate":      e.createDomain,
		"variableUpsert":           e.upsertVariable,
		"variableCollectionUpsert": e.upsertVariables,
		"variableDelete":           e.deleteVariable,
	}
}

// onDeployment makes a resolver that changes a deployment, saves, and answers true.
func (e *Emulator) onDeployment(f func(*deployment) error) resolver {
	return e.withDeployment(func(d *deployment, _ map[string]any) (any, error) {
		if err := f(d); err != nil {
			return nil, err
		}
		return true, e.accept()
	})
}

// accept puts what was changed on disk.
func (e *Emulator) accept() error {
	if e.save() != nil {
		return errProcessing
	}
	return nil
}

// start saves a new deployment and then lets it run.
func (e *Emulator) start(d *deployment) error {
	if err := e.accept(); err != nil {
		return err
	}
	e.launch(d.ID)
	return nil
}

// rollback makes a deployment from the kept output, the settings and the variables of an old one.
func (e *Emulator) rollback(d *deployment) error {
	s := e.w.service(d.Service)
	if !e.canRollback(s, d) {
		return refusal{"Deployment cannot be rolled back to", codeInput}
	}
	return e.start(e.create(s, d.Archive, d.Message, reasonRollback, d.Settings, d.Variables))
}

func (e *Emulator) remove(d *deployment) error {
	if s := e.w.service(d.Service); s.Active == d.ID {
		s.Active = ""
	}
	e.stop(d, takenDown)
	return nil
}

func (e *Emulator) cancel(d *deployment) error {
	if !d.underway() {
		return refusal{"Deployment is not cancellable", codeInput}
	}
	e.stop(d, takenDown)
	return nil
}

func (e *Emulator) stopActive(d *deployment) error {
	if e.w.service(d.Service).Active != d.ID {
		return refusal{"Deployment is not stoppable", codeInput}
	}
	e.stop(d, stopped)
	return nil
}

func (e *Emulator) restart(d *deployment) error {
	if e.w.service(d.Service).Active != d.ID {
		return refusal{"Deployment is not restartable", codeInput}
	}
	in := e.running[d.ID]
	if in == nil {
		e.launch(d.ID)
		return nil
	}
	select {
	case in.restart <- struct{}{}:
	default: // one is already asked for
	}
	return nil
}

// redeploy builds an old deployment's source again, with the variables of now.
func (e *Emulator) redeploy(d *deployment, _ map[string]any) (any, error) {
	if d.underway() {
		return nil, refusal{"Deployment cannot be redeployed", codeInput}
	}
	s := e.w.service(d.Service)
	made := e.create(s, d.Archive, d.Message, reasonRedeploy, d.Settings, e.rendered(s))
	if err := e.start(made); err != nil {
		return nil, err
	}
	return e.deploymentView(made), nil
}

// deployAgain deploys the service's last upload with the settings and variables of now.
func (e *Emulator) deployAgain(args map[string]any) (any, error) {
	s := e.w.service(text(args, "serviceId"))
	if text(args, "commitSha") != "" {
		return nil, refusal{"Commit not found", codeInternal} // no repository is connected
	}
	return e.deployLast(s)
}

func (e *Emulator) deployLast(s *service) (any, error) {
	last := e.w.of(s.ID)
	if len(last) == 0 {
		return nil, errNoDeployment
	}
	made := e.create(s, last[0].Archive, last[0].Message, reasonRedeploy, s.Settings, e.rendered(s))
	if err := e.start(made); err != nil {
		return nil, err
	}
	return made.ID, nil
}

// updateSettings changes the template for the next deployment. Null changes nothing, and "" clears.
func (e *Emulator) updateSettings(args map[string]any) (any, error) {
	s := e.w.service(text(args, "serviceId"))
	set, in := s.Settings, input(args)
	for name, value := range in {
		if value == nil {
			continue
		}
		switch name {
		case "buildCommand":
			set.Build = text(in, name)
		case "startCommand":
			set.Start = text(in, name)
		case "rootDirectory":
			set.Root = text(in, name)
		case "healthcheckPath":
			set.Health = text(in, name)
		case "healthcheckTimeout":
			set.HealthTimeout = whole(in, name, 0)
		case "drainingSeconds":
			set.Drain = whole(in, name, 0)
		case "overlapSeconds":
			set.Overlap = whole(in, name, 0)
		case "restartPolicyType":
			set.Restart = text(in, name)
		case "restartPolicyMaxRetries":
			set.Retries = whole(in, name, 0)
		case "railwayConfigFile":
			return nil, refusal{"Config as Code (railway.json / railway.toml) is deprecated", codeInput}
		case "numReplicas":
			if whole(in, name, 0) < 1 {
				return nil, refusal{"Error in numReplicas - Invalid input", codeInput}
			}
		default:
			return nil, fmt.Errorf("the emulator does not know the setting %s", name)
		}
	}
	s.Settings, s.Updated = set, now()
	return true, e.accept()
}

func (e *Emulator) createDomain(args map[string]any) (any, error) {
	s := e.w.service(text(input(args), "serviceId"))
	if s.Domain != nil || e.cfg.Edge == nil {
		return nil, refusal{"The emulator gives a service one domain", codeInput}
	}
	s.Domain = &domain{ID: uuid.NewString(), Created: now()}
	if err := e.openEdge(s); err != nil {
		s.Domain = nil
		return nil, err
	}
	return e.domainView(s), e.accept()
}

func (e *Emulator) upsertVariable(args map[string]any) (any, error) {
	in := input(args)
	return e.writeVariables(in, map[string]any{text(in, "name"): in["value"]})
}

func (e *Emulator) upsertVariables(args map[string]any) (any, error) {
	in := input(args)
	values, ok := in["variables"].(map[string]any)
	if !ok {
		return nil, errProcessing
	}
	return e.writeVariables(in, values)
}

// writeVariables sets the shared variables or those of a service. Without skipDeploys the service is deployed again,
// with the source that it last had.
func (e *Emulator) writeVariables(in, values map[string]any) (any, error) {
	s := e.w.service(text(in, "serviceId"))
	target := e.w.Shared
	if s != nil {
		target = s.Variables
	}
	for _, v := range values {
		if _, ok := v.(string); !ok {
			return nil, errProcessing
		}
	}
	if flag(in, "replace") {
		clear(target)
	}
	for name, v := range values {
		target[name] = v.(string)
	}
	return true, e.written(s, flag(in, "skipDeploys"))
}

func (e *Emulator) deleteVariable(args map[string]any) (any, error) {
	in := input(args)
	s, name := e.w.service(text(in, "serviceId")), text(in, "name")
	if s == nil {
		delete(e.w.Shared, name)
	} else {
		delete(s.Variables, name)
		s.Sealed = slices.DeleteFunc(s.Sealed, func(n string) bool { return n == name })
	}
	return true, e.written(s, false)
}

func (e *Emulator) written(s *service, skipDeploys bool) error {
	if err := e.accept(); err != nil || s == nil || skipDeploys || s.Active == "" {
		return err
	}
	_, err := e.deployLast(s)
	return err
}
