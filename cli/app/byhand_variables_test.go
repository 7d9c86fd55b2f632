package app_test

import (
	"context"

	"readme/cli/provider/pipecat"
	"readme/cli/provider/railway"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

// variables makes the places of variables at the three vendors, or writes one of Vercel's or of the bot's.
func (h hand) variables(ctx context.Context, deed string, words []string) {
	client, err := vercel.New(vercel.Options{
		Base: h.values["VERCEL_API_URL"], Token: release.NewSecret(h.values["VERCEL_TOKEN"]), Project: "product-" + h.env, Root: "client",
	})
	h.ts.Check(err)
	defer client.Close()
	bot, err := pipecat.New(pipecat.Options{Base: h.values["PIPECAT_API_HOST"], PrivateKey: release.NewSecret(h.values["PIPECAT_PRIVATE_KEY"]), Agent: "product-" + h.env})
	h.ts.Check(err)
	defer bot.Close()
	switch deed {
	case "client":
		h.ts.Check(client.SetVariables(ctx, []vercel.Variable{{Name: words[0], Value: release.NewSecret(words[1]), Sensitive: true}}))
	case "secret":
		h.ts.Check(bot.PutSecrets(ctx, "product-bot", map[string]release.Secret{words[0]: release.NewSecret(words[1])}))
	case "places":
		h.ts.Check(client.Make(ctx, vercel.NewProject{}))
		h.ts.Check(bot.PutSecrets(ctx, "product-bot", map[string]release.Secret{pipecat.MadeBy: release.NewSecret("a person")}))
		c, err := railway.New(railway.Options{
			Base: h.values["RAILWAY_API_URL"], Token: release.NewSecret(h.values["RAILWAY_TOKEN"]), Project: "product", Environment: h.env,
		})
		h.ts.Check(err)
		defer c.Close()
		for _, service := range []string{"api", "worker"} {
			_, err := c.Create(ctx, service)
			h.ts.Check(err)
		}
	}
}
