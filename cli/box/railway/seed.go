package railway

import (
	"context"
	"fmt"
	"slices"
)

// SeedVariables adds the variables that the service never had, as a founder types them into the dashboard. What was
// changed or deleted since an earlier seeding stays as it is.
func (e *Emulator) SeedVariables(_ context.Context, where Place, values map[string]string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	in, err := e.at(where)
	if err != nil {
		return fmt.Errorf("seed variables: %w", err)
	}
	in.seed(values, e.w.Deployments)
	return e.save()
}

// Seal makes a variable's value unreadable through the API, as the dashboard does; there is no way back.
func (e *Emulator) Seal(where Place, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	in, err := e.at(where)
	if err != nil {
		return fmt.Errorf("seal a variable: %w", err)
	}
	if !slices.Contains(in.Sealed, name) {
		in.Sealed = append(in.Sealed, name)
	}
	return e.save()
}
