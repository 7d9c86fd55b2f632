package railway

// mutations are the root fields of Mutation. What one accepts is on disk before it answers.
func (e *Emulator) mutations() map[string]root {
	return map[string]root{
		"deploymentApprove":  onDeployment(e.approve),
		"deploymentCancel":   onDeployment(e.cancel),
		"deploymentRedeploy": withDeployment(e.redeploy),
		"deploymentRemove":   onDeployment(e.remove),
		"deploymentRestart":  onDeployment(e.restart),
		"deploymentRollback": onDeployment(e.rollback),
		"deploymentStop":     onDeployment(e.stopActive),

		"deploymentTriggerCreate": withInstance(e.createTrigger),
		"deploymentTriggerDelete": e.deleteTrigger,
		"deploymentTriggerUpdate": e.updateTrigger,

		"environmentPatchCommit":       e.commitPatch,
		"environmentPatchCommitStaged": e.commitStaged,
		"environmentStageChanges":      e.stageChanges,
		"environmentTriggersDeploy":    withInstance(e.runTriggers),

		"serviceConnect":                  onService(e.connect),
		"serviceCreate":                   e.createService,
		"serviceDelete":                   onService(e.deleteService),
		"serviceDisconnect":               onService(e.disconnect),
		"serviceDomainCreate":             withInstance(e.createDomain),
		"serviceDomainDelete":             e.deleteDomain,
		"serviceInstanceAutoDeployUpdate": withInstance(e.switchAutoDeploy),
		"serviceInstanceDeploy":           withInstance(e.deployBoolean),
		"serviceInstanceDeployV2":         withInstance(e.deployV2),
		"serviceInstanceRedeploy":         withInstance(e.redeployLast),
		"serviceInstanceUpdate":           e.updateSettings,

		"sharedVariableConfigure":  e.shareVariable,
		"variableCollectionUpsert": e.upsertVariables,
		"variableDelete":           e.deleteVariable,
		"variableUpsert":           e.upsertVariable,
	}
}

// onDeployment makes a root field that changes a deployment, saves, and answers true.
func onDeployment(f func(c *call, d *deployment) error) root {
	return withDeployment(func(c *call, d *deployment) (any, error) {
		if err := f(c, d); err != nil {
			return nil, err
		}
		return true, c.e.accept()
	})
}

// rollback makes a deployment from the kept output, the settings and the variables of an old one.
func (e *Emulator) rollback(_ *call, d *deployment) error {
	in := e.w.instance(d)
	_, refused := e.strikes(FaultNoRollback, in)
	if refused || !e.canRollback(in, d) {
		return refusal{"Deployment cannot be rolled back to", codeInput}
	}
	made := e.create(in, order{from: d.origin, message: d.Message, reason: reasonRollback, set: d.Settings, vars: d.Variables})
	return e.start(made)
}

func (e *Emulator) remove(_ *call, d *deployment) error {
	if in := e.w.instance(d); in.Active == d.ID {
		in.Active = ""
	}
	e.stop(d, takenDown)
	return nil
}

func (e *Emulator) cancel(_ *call, d *deployment) error {
	if !d.underway() {
		return refusal{"Deployment is not cancellable", codeInput}
	}
	e.stop(d, takenDown)
	return nil
}

func (e *Emulator) approve(_ *call, d *deployment) error {
	in := e.running[d.ID]
	if d.Status != needsApproval || in == nil {
		return refusal{"Deployment does not need approval", codeInput}
	}
	d.Status = initializing
	nudge(in.approve)
	return nil
}

func (e *Emulator) stopActive(_ *call, d *deployment) error {
	if e.w.instance(d).Active != d.ID || d.Status == sleeping {
		return refusal{"Deployment is not stoppable", codeInput}
	}
	e.stop(d, stopped)
	return nil
}

func (e *Emulator) restart(_ *call, d *deployment) error {
	if e.w.instance(d).Active != d.ID || d.Status == sleeping {
		return refusal{"Deployment is not restartable", codeInput}
	}
	if in := e.running[d.ID]; in != nil {
		nudge(in.restart)
		return nil
	}
	e.launch(d.ID)
	return nil
}

// redeploy builds an old deployment's source again, with the variables of now.
func (e *Emulator) redeploy(_ *call, d *deployment) (any, error) {
	if d.underway() {
		return nil, refusal{"Deployment cannot be redeployed", codeInput}
	}
	in := e.w.instance(d)
	made := e.create(in, order{from: d.origin, message: d.Message, reason: reasonRedeploy, set: d.Settings, vars: e.rendered(in)})
	if err := e.start(made); err != nil {
		return nil, err
	}
	return e.deploymentView(made), nil
}
