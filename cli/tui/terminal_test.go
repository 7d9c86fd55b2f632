package tui_test

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// shownBy is what a terminal shows after text: as much of one as the drawing uses.
func shownBy(text string) string {
	t := terminal{cells: map[[2]int]string{}}
	p := ansi.NewParser()
	var state byte
	for text != "" {
		seq, width, n, next := ansi.DecodeSequence(text, state, p)
		if width > 0 {
			t.cells[[2]int{t.row, t.col}] = seq
			t.col += width
		} else {
			t.control(seq, p)
		}
		state, text = next, text[n:]
	}
	return t.String()
}

type terminal struct {
	row, col, last int
	cells          map[[2]int]string
}

func (t *terminal) control(seq string, p *ansi.Parser) {
	switch seq {
	case "\n":
		t.row++
		t.last = max(t.last, t.row)
		return
	case "\r":
		t.col = 0
		return
	case "\b":
		t.col = max(0, t.col-1)
		return
	}
	if !strings.HasPrefix(seq, "\x1b[") || ansi.Cmd(p.Command()).Prefix() != 0 {
		return
	}
	n, _ := p.Param(0, 1)
	n = max(1, n)
	switch seq[len(seq)-1] {
	case 'A':
		t.row = max(0, t.row-n)
	case 'B':
		t.row += n
	case 'C':
		t.col += n
	case 'D':
		t.col = max(0, t.col-n)
	case 'G':
		t.col = n - 1
	case 'X':
		t.erase(func(row, col int) bool { return row == t.row && col >= t.col && col < t.col+n })
	case 'K':
		t.erase(func(row, col int) bool { return row == t.row && col >= t.col })
	case 'J':
		t.erase(func(row, col int) bool { return row > t.row || (row == t.row && col >= t.col) })
	}
}

func (t *terminal) erase(which func(row, col int) bool) {
	for at := range t.cells {
		if which(at[0], at[1]) {
			delete(t.cells, at)
		}
	}
}

func (t *terminal) String() string {
	var lines []string
	for row := range t.last + 1 {
		line := ""
		for col := range 200 {
			cell, ok := t.cells[[2]int{row, col}]
			if !ok {
				cell = " "
			}
			line += cell
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
