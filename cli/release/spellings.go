package release

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
)

const (
	lineShortest = 8 // of a value of several lines: a line that is shorter is no secret by itself
	partShortest = 8 // of the password in an address
	coreShortest = 8 // of what is left of base64 when the ends are cut off, which depend on what stands beside the value
)

// spellings are the ways in which a value may show: first as it is.
func spellings(value string) []string {
	if value == "" {
		return nil
	}
	var all []string
	for _, part := range parts(value) {
		all = append(all, spelled(part)...)
	}
	return all
}

// parts are the value, what of it is a secret by itself, and nothing that is none.
func parts(value string) []string {
	all := []string{value}
	if trimmed := strings.TrimSpace(value); trimmed != value {
		all = append(all, trimmed)
	}
	if strings.ContainsAny(value, "\r\n") {
		for line := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '\r' || r == '\n' }) {
			if line = strings.TrimSpace(line); len(line) >= lineShortest {
				all = append(all, line)
			}
		}
	}
	if u, err := url.Parse(value); err == nil && u.User != nil && u.Host != "" {
		password, _ := u.User.Password()
		// One that is the user's own name is no secret, and would hide that word everywhere.
		if len(password) >= partShortest && password != u.User.Username() {
			all = append(all, password, u.User.String())
		}
	}
	return all
}

func spelled(v string) []string {
	query := url.QueryEscape(v)
	component := strings.ReplaceAll(query, "+", "%20")
	escaped := []string{
		query, component, url.PathEscape(v), url.UserPassword("", v).String()[1:],
		strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(component), // encodeURIComponent
	}
	all := []string{v}
	for _, e := range escaped {
		all = append(all, e, lowerHex(e))
	}
	quoted := strconv.Quote(v)
	all = append(all, jsonText(v, true), jsonText(v, false), quoted[1:len(quoted)-1])
	all = append(all, strings.ReplaceAll(jsonText(v, false), "/", `\/`)) // as PHP and some others write it
	all = append(all, html.EscapeString(v), strings.ReplaceAll(v, "'", `'\''`))
	all = append(all, hex.EncodeToString([]byte(v)), strings.ToUpper(hex.EncodeToString([]byte(v))))
	return append(all, inBase64(v)...)
}

// lowerHex writes %2F as %2f.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// jsonText is a value as JSON writes it between quotes, with or without care for HTML.
func jsonText(v string, careful bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(careful)
	if err := enc.Encode(v); err != nil {
		return v
	}
	text := strings.TrimSuffix(b.String(), "\n")
	return text[1 : len(text)-1]
}

// inBase64 is a value in base64: by itself, and as the part of something longer, such as "user:password", which depends on how
// many bytes stand before it. Its first and last digit then hold bits of its neighbours, and are not hidden.
func inBase64(v string) []string {
	var all []string
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		all = append(all, e.WithPadding(base64.StdPadding).EncodeToString([]byte(v)), e.EncodeToString([]byte(v)))
		for before := range 3 {
			first := (before*8 + 5) / 6       // digits that hold a bit of what stands before
			last := (before + len(v)) * 8 / 6 // digits that hold nothing of what comes after
			text := e.EncodeToString(append(make([]byte, before), v...))
			if core := text[min(first, last):last]; len(core) >= coreShortest {
				all = append(all, core)
			}
		}
	}
	return all
}
