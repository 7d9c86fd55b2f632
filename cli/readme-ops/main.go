// Command readme-ops releases the product: its database, its services and its client, in one plan.
package main

import (
	"context"
	"os"

	"readme/cli/app"
)

func main() {
	os.Exit(app.Main(context.Background(), os.Args, app.FromProcess()))
}
