package view

import (
	"strings"

	"readme/cli/release"
)

// cell is one field of a table.
type cell struct {
	text string
	mood Mood
}

const (
	minColumn = 8  // how narrow a column may get before the table rather runs over the edge
	minLast   = 24 // how much room the last column needs beside the others; with less it goes below them
)

// Table aligns rows in columns; the first row is their heads. What is too wide is cut, except for the last column, which goes on in
// further lines.
func Table(rows [][]string, s Style) string {
	table := make([][]cell, len(rows))
	for i, row := range rows {
		m := Normal
		if i == 0 {
			m = Dim
		}
		for _, text := range row {
			table[i] = append(table[i], cell{text, m})
		}
	}
	g := &page{Style: s}
	g.table("", table)
	return g.String()
}

func (g *page) table(indent string, rows [][]cell) {
	widths := g.fit(cells(indent), rows)
	for _, row := range rows {
		first := indent
		for i, c := range row {
			if i == len(row)-1 {
				g.lastCell(indent, first, c)
				break
			}
			text := g.cut(release.Printable(c.text), widths[i])
			first += g.paint(c.mood, text) + strings.Repeat(" ", widths[i]-cells(text)+2)
		}
	}
}

func (g *page) lastCell(indent, first string, c cell) {
	room := g.width() - cells(first)
	switch {
	case c.text == "":
		g.line(first)
	case room < min(minLast, cells(release.Printable(c.text))):
		g.line(first)
		g.para(c.mood, indent+"    ", c.text)
	default:
		g.para(c.mood, first, c.text)
	}
}

// fit gives each column but the last its width: what it needs, or less for the widest until all fit. The first one is never
// cut: it holds what a person would type.
func (g *page) fit(used int, rows [][]cell) []int {
	var widths []int
	for _, row := range rows {
		for i, c := range row[:max(0, len(row)-1)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells(release.Printable(c.text)))
		}
	}
	for {
		total, widest := used, -1
		for i, w := range widths {
			total += w + 2
			if i > 0 && w > minColumn && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if total-2 <= g.width() || widest < 0 {
			return widths
		}
		widths[widest]--
	}
}
