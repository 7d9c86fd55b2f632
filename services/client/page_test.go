package client_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// sees waits until the page says this in the region that is announced.
func (p *tab) sees(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector('[role=status]').innerText.includes(%q)`, text))
}

// place is where a button is.
func (p *tab) place(name string) (x, y float64) {
	p.t.Helper()
	at := eval[[]float64](p, fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll('button, summary')].filter((b) => b.innerText.trim() === %q);
		if (found.length !== 1) return [];
		found[0].scrollIntoView({ block: "nearest" });
		const r = found[0].getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`, name))
	if len(at) == 0 {
		p.t.Fatalf("there is no one button %q:\n%s", name, p.text())
	}
	return at[0], at[1]
}

// click clicks a button as a mouse does.
func (p *tab) click(name string) {
	p.t.Helper()
	x, y := p.place(name)
	p.must(chromedp.Do(p.ctx, chromedp.MouseClickXY(x, y)))
}

// press types a key.
func (p *tab) press(key string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.KeyEvent(key)))
}

// focus is the text of what has the focus.
func (p *tab) focus() string {
	p.t.Helper()
	return eval[string](p, `document.activeElement === document.body ? "" : document.activeElement.innerText`)
}

// heard is what a screen reader finds: each role with its name.
func (p *tab) heard() []string {
	p.t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	p.must(err)
	var all []string
	for _, n := range tree.Nodes {
		if !n.Ignored && n.Role != nil && n.Name != nil {
			all = append(all, strings.Trim(string(n.Role.Value), `"`)+" "+strings.Trim(string(n.Name.Value), `"`))
		}
	}
	return all
}

const enter, tabKey = kb.Enter, kb.Tab

// text is all that a person sees.
func (p *tab) text() string {
	p.t.Helper()
	return eval[string](p, `document.body.innerText`)
}

func (p *tab) shows(t *testing.T, texts ...string) {
	t.Helper()
	all := p.text()
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("the page does not show %q:\n%s", text, all)
		}
	}
}
