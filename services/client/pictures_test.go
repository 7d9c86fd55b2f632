package client_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Pictures for people to look at: each state, on a phone and on a laptop, light and dark.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no folder for pictures is given: -pictures=FOLDER")
	}
	s := aSite(t)
	ready := open(t, s.URL, granted)
	ready.sees("Ready")
	ready.picture("1-ready")

	mood, _ := waits(t)
	theVendor().plays(t, mood)
	waiting := open(t, s.URL, granted)
	waiting.click("Connect")
	waiting.sees("Waking the reader.")
	waiting.picture("2-connecting")

	p, _ := connected(t)
	p.until(`document.querySelector('[role=timer]').innerText === "0:02"`)
	p.picture("3-connected")
	p.click("Leave")
	p.sees("The session has ended.")
	p.picture("4-ended")

	theVendor().plays(t, says(429, atCapacity))
	busy := open(t, s.URL, granted)
	busy.click("Connect")
	busy.sees("All readers are busy.")
	busy.picture("5-busy")
	busy.click("For whoever runs this site")
	busy.picture("6-busy-open")

	theVendor().plays(t, says(200, daily))
	room := open(t, s.URL, granted)
	room.click("Connect")
	room.sees("The reader has started, but")
	room.click("For whoever runs this site")
	room.press(tabKey)
	room.picture("7-room")
}

// picture saves the page as it is now, in each size and scheme.
func (p *tab) picture(name string) {
	p.t.Helper()
	p.must(os.MkdirAll(*pictures, 0o755))
	for size, d := range map[string]emulation.SetDeviceMetricsOverrideParams{
		"phone":  {Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true},
		"laptop": {Width: 1280, Height: 800, DeviceScaleFactor: 1},
	} {
		_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, d)
		p.must(err)
		for _, scheme := range []string{"light", "dark"} {
			_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			p.must(err)
			png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			p.must(err)
			p.must(os.WriteFile(filepath.Join(*pictures, name+"-"+size+"-"+scheme+".png"), png, 0o600))
		}
	}
}
