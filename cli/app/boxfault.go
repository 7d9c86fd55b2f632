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
		Name: "fault", Usage: "list the bad days that the box can play, or switch one on: box fault VENDOR|all NAME",
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
		return usage("neither --times nor --for can be negative", "readme-ops box fault --help")
	}
	if f.clear {
		return a.clearFaults(ctx, info, known, words)
	}
	if len(words) < 2 {
		return a.listFaults(known, words)
	}
	f.Name = words[1]
	vendors := []string{words[0]}
	if words[0] == all {
		vendors = playedBy(known, f.Name)
	}
	for _, vendor := range vendors {
		kind, err := findFault(known, vendor, f.Name)
		if err != nil {
			return err
		}
		if f.Only != "" && kind.Names == "" {
			return usage(fmt.Sprintf("%s of %s strikes everything, and not %q alone", f.Name, vendor, f.Only), "readme-ops box fault "+vendor)
		}
		if err := info.SetFault(ctx, vendor, f.Fault); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(a.sys.Out, "%s: %s\n", vendor, kind.About)
	}
	return nil
}

// all stands for every vendor, or for every fault of one.
const all = "all"

// playedBy lists the vendors that have a fault; the first one of all, which will say so, where nobody has it.
func playedBy(known []box.Switch, name string) []string {
	var vendors []string
	for _, s := range known {
		if s.Kind.Name == name {
			vendors = append(vendors, s.Vendor)
		}
	}
	if len(vendors) == 0 {
		return []string{known[0].Vendor}
	}
	return vendors
}

// clearFaults switches off what the words name: all, those of a vendor, or one.
func (a *app) clearFaults(ctx context.Context, info box.Info, known []box.Switch, words []string) error {
	one := slices.ContainsFunc(known, func(s box.Switch) bool { return len(words) == 1 && (s.Vendor == words[0] || words[0] == all) })
	if len(words) > 0 && !one {
		if _, err := findFault(known, words[0], strings.Join(words[1:], "")); err != nil {
			return err
		}
	}
	words = append(words, all, all)[:2]
	if err := info.ClearFault(ctx, words[0], words[1]); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(a.sys.Out, "off")
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

// listFaults prints all faults, or those of one vendor with what --only takes.
func (a *app) listFaults(known []box.Switch, words []string) error {
	rows := [][]string{{"VENDOR", "FAULT", "", "WHAT HAPPENS THEN"}}
	for _, s := range known {
		if len(words) == 1 && s.Vendor != words[0] {
			continue
		}
		about := s.Kind.About
		if len(words) == 1 && s.Kind.Names != "" {
			about += " (--only " + strings.ToUpper(s.Kind.Names) + ")"
		}
		rows = append(rows, []string{s.Vendor, s.Kind.Name, switched(s.On), about})
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
