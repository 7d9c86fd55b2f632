package pipecat

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// build is what a cloud build makes of a context, as far as that can be known without running anything: every COPY has
// to find its sources. RUN is not carried out, and its log says so.
func (c *buildContext) build(dockerfile string) verdict {
	v := verdict{lines: []string{
		"Entering phase DOWNLOAD_SOURCE", "Phase complete: DOWNLOAD_SOURCE State: SUCCEEDED", "Entering phase BUILD",
		"Running command docker build --platform linux/arm64 -f " + dockerfile + " .",
	}}
	text, has := c.files[dockerfile]
	if !has {
		return v.fail("Dockerfile not found: " + dockerfile)
	}
	list, err := parseDockerfile(text)
	if err != nil {
		return v.fail(err.Error())
	}
	image := imageFiles{names: map[string]string{}}
	for i, in := range list {
		v.lines = append(v.lines, fmt.Sprintf("#%d [%d/%d] %s %s", i+1, i+1, len(list), in.name, in.text))
		switch in.name {
		case "COPY", "ADD":
			if missing := image.copy(c, in); missing != "" {
				return v.fail("COPY failed - file not found: " + missing)
			}
		case "RUN":
			v.lines = append(v.lines, fmt.Sprintf("#%d the box carries out no RUN: taken as done", i+1))
			image.unsure = image.unsure || strings.Contains(in.text, "bot")
		}
		v.lines = append(v.lines, fmt.Sprintf("#%d DONE 0.1s", i+1))
	}
	if b := bases(list); len(b) > 0 && slices.ContainsFunc(b, isVendors) {
		v.broken = image.broken()
	} else {
		v.lines = append(v.lines, fmt.Sprintf("WARNING: %s is not of the family %s: without its server no session can start", strings.Join(b, ", "), vendorImage))
	}
	v.lines = append(v.lines, "#99 exporting to image", "#99 pushing manifest", "Phase complete: BUILD State: SUCCEEDED")
	return v
}

func isVendors(image string) bool {
	return strings.Contains("/"+image, "/"+vendorImage+":") || strings.HasSuffix("/"+image, "/"+vendorImage) ||
		strings.Contains("/"+image, "/"+vendorImage+"@")
}

func (v verdict) fail(why string) verdict {
	v.failure = "Docker build failed: " + why
	v.lines = append(v.lines, "ERROR: "+why, "Phase complete: BUILD State: FAILED", "ERROR: "+v.failure)
	return v
}

// imageFiles are the Python files that were copied into an image, by base name.
type imageFiles struct {
	names  map[string]string
	unsure bool // something may have been added that is not seen here
}

// copy gives the first source that the context does not have, or "".
func (f *imageFiles) copy(c *buildContext, in instruction) string {
	sources, target, unsure := in.copied()
	f.unsure = f.unsure || unsure
	for _, source := range sources {
		names, found := c.pick(source)
		if !found {
			return source
		}
		for _, name := range names {
			f.names[path.Base(name)] = c.files[name]
		}
		if len(sources) == 1 && len(names) == 1 { // it may have been given another name
			f.names[path.Base(target)] = c.files[names[0]]
		}
	}
	return ""
}

// broken is what the image writes when it starts and cannot import its bot; "" if it can, as far as is known.
func (f *imageFiles) broken() string {
	text, has := f.names["bot.py"]
	switch why := pythonError(text); {
	case f.unsure:
		return ""
	case !has:
		return importing + "ModuleNotFoundError: No module named 'bot'"
	case why != "":
		return importing + "  File \"/app/bot.py\", " + why
	case !bots.MatchString(text):
		return importing + "ImportError: cannot import name 'bot' from 'bot' (/app/bot.py)"
	}
	return ""
}

const importing = "Traceback (most recent call last):\n  File \"/app/app.py\", line 19, in <module>\n    from bot import bot\n"
