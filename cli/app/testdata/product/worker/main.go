// Command worker waits until it is told to stop.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if os.Getenv("REDIS_URL") == "" {
		fmt.Fprintln(os.Stderr, "REDIS_URL is not set")
		os.Exit(2)
	}
	fmt.Println("the worker is up")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
}
