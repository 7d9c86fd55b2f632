package vercel

import (
	"errors"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
)

// What `vercel build` writes, as far as the box serves it: files that are served as they are.
const (
	outputConfig = ".vercel/output/config.json"
	outputStatic = ".vercel/output/static/"
)

// checkPrebuilt says why the output of a build cannot be served; functions would need Vercel's own runtime.
func checkPrebuilt(d deployment) error {
	has := func(prefix string) bool {
		return slices.ContainsFunc(d.Files, func(f file) bool { return strings.HasPrefix(f.Path, prefix) })
	}
	switch {
	case !has(outputConfig):
		return errors.New("the prebuilt output has no " + outputConfig)
	case has(".vercel/output/functions/"):
		return errors.New("the box serves prebuilt files, and no prebuilt functions")
	}
	return nil
}

// serveStatic serves a file of a prebuilt deployment.
func (e *Emulator) serveStatic(w http.ResponseWriter, r *http.Request, d deployment) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	for _, try := range []string{name, path.Join(name, "index.html"), name + ".html"} {
		i := slices.IndexFunc(d.Files, func(f file) bool { return f.Path == outputStatic+try })
		if i < 0 {
			continue
		}
		f, err := os.Open(e.blob(d.Files[i].SHA))
		if err != nil {
			edgeError(w, http.StatusInternalServerError, "INTERNAL_STATIC_REQUEST_FAILED", "the file is gone")
			return
		}
		defer func() { _ = f.Close() }()
		info, err := f.Stat()
		if err != nil {
			edgeError(w, http.StatusInternalServerError, "INTERNAL_STATIC_REQUEST_FAILED", "the file is gone")
			return
		}
		http.ServeContent(w, r, try, info.ModTime(), f)
		return
	}
	edgeError(w, http.StatusNotFound, "NOT_FOUND", "the page could not be found")
}
