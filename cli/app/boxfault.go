package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/urfave/cli/v3"

	"readme/cli/box"
	"readme/cli/box/fault"
	"readme/cli/release"
	"readme/cli/view"
)

type faultFlags struct {
	fault.Fault
	clear bool
}

func (a *app) boxFaultCommand() *cli.Command {
	var f faultFlags
	return &cli.Command{
		Name: "fault", Usage: "list the bad days that the box can play, or switch one on: box fault VENDOR NAME",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "only", Usage: "strike this `SUBJECT` alone: a service, or a part of an operation's name", Destination: &f.Only},
			&cli.IntFlag{Name: "times", Usage: "strike `N` times; 0: until it is cleared", Destination: &f.Times},
			&cli.DurationFlag{Name: "for", Usage: "its `MEASURE`, such as 30s", Destination: &f.For},
			&cli.BoolFlag{Name: "clear", Usage: "switch off: all, those of VENDOR, or VENDOR NAME", Destination: &f.clear},
		},
		Action: func(ctx context.Context, c *cli.Command) error { return a.boxFault(ctx, c.Args().Slice(), f) },
	}
}

func (a *app) boxFault(ctx context.Context, words []string, f faultFlags) error {
	if len(words) > 2 {
		return usage(fmt.Sprintf("box fault takes a vendor and a fault, and got %q too", words[2]), "readme-ops box fault --help")
	}
	info, err := a.runningBox()
	if err != nil {
		return err
	}
	known, err := info.Switches(ctx)
	if err != nil {
		return err
	}
	if f.Times < 0 || f.For < 0 {
		return usage("--times and --for cannot be negative", "readme-ops box fault --help")
	}
	if f.clear {
		if err := named(known, words); err != nil {
			return err
		}
		words = append(words, "all", "all")[:2]
		if err := info.ClearFault(ctx, words[0], words[1]); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(a.sys.Out, "off")
		return nil
	}
	if len(words) < 2 {
		return a.listFaults(known, words)
	}
	kind, err := findFault(known, words[0], words[1])
	if err != nil {
		return err
	}
	f.Name = words[1]
	if err := info.SetFault(ctx, words[0], f.Fault); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(a.sys.Out, "%s: %s\n", words[0], kind.About)
	return nil
}

// named refuses a vendor or a fault that is none: what it was meant for would stay on.
func named(known []box.Switch, words []string) error {
	if len(words) == 2 {
		_, err := findFault(known, words[0], words[1])
		return err
	}
	if len(words) == 1 && !slices.ContainsFunc(known, func(s box.Switch) bool { return s.Vendor == words[0] }) {
		_, err := findFault(known, words[0], "")
		return err
	}
	return nil
}

// findFault finds a fault of a vendor, or tells which one may have been meant.
func findFault(known []box.Switch, vendor, name string) (fault.Kind, error) {
	near, best := "", 4
	var vendors []string
	for _, s := range known {
		if !slices.Contains(vendors, s.Vendor) {
			vendors = append(vendors, s.Vendor)
		}
		if s.Vendor != vendor {
			continue
		}
		if s.Kind.Name == name {
			return s.Kind, nil
		}
		if d := levenshtein.ComputeDistance(s.Kind.Name, name); d < best {
			near, best = s.Kind.Name, d
		}
	}
	switch {
	case !slices.Contains(vendors, vendor):
		return fault.Kind{}, usage(fmt.Sprintf("the box plays no vendor %q, only %s", vendor, strings.Join(vendors, ", ")), "readme-ops box fault")
	case near != "":
		return fault.Kind{}, usage(fmt.Sprintf("%s has no fault %q", vendor, name), "readme-ops box fault "+vendor+" "+near)
	}
	return fault.Kind{}, usage(fmt.Sprintf("%s has no fault %q", vendor, name), "readme-ops box fault "+vendor)
}

// listFaults prints all faults, or those of one vendor.
func (a *app) listFaults(known []box.Switch, words []string) error {
	rows := [][]string{{"VENDOR", "FAULT", "", "WHAT HAPPENS THEN"}}
	for _, s := range known {
		if len(words) == 1 && s.Vendor != words[0] {
			continue
		}
		rows = append(rows, []string{s.Vendor, s.Kind.Name, switched(s.On), s.Kind.About})
	}
	if len(rows) == 1 {
		_, err := findFault(known, words[0], "")
		return err
	}
	_, _ = fmt.Fprint(a.sys.Out, view.Table(rows, a.outStyle()))
	return nil
}

// switched says how a fault was switched on; "" while it is off.
func switched(on []fault.Fault) string {
	var out []string
	for _, f := range on {
		s := "on"
		if f.Only != "" {
			s += " for " + f.Only
		}
		if f.Times > 0 {
			s += ", " + strconv.Itoa(f.Times) + " more"
		}
		if f.For > 0 {
			s += ", " + f.For.Round(time.Millisecond).String()
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// runningBox is the box that another terminal keeps up.
func (a *app) runningBox() (box.Info, error) {
	p, err := a.project()
	if err != nil {
		return box.Info{}, err
	}
	info, up := box.Running(p.dir)
	if !up {
		return info, &release.Fault{
			Title: "the box is down", Detail: "this acts on a box that another terminal keeps up",
			Try: "readme-ops box up", Exit: release.ExitUsage,
		}
	}
	return info, nil
}
