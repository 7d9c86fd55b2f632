package vercel

type wireEnv struct {
	ID            string    `json:"id,omitempty"`
	Key           string    `json:"key,omitempty"`
	Value         string    `json:"value"`
	Type          string    `json:"type,omitempty"` // plain, encrypted, sensitive, system, secret
	Target        oneOrMany `json:"target,omitempty"`
	GitBranch     string    `json:"gitBranch,omitempty"`
	UpdatedAt     int64     `json:"updatedAt,omitempty"`       // ms
	Decrypted     *bool     `json:"decrypted,omitempty"`       // false: the value is a ciphertext
	Configuration string    `json:"configurationId,omitempty"` // an integration owns it
}

type wireEnvs struct {
	Envs       []wireEnv `json:"envs"`
	Pagination wirePage  `json:"pagination"`
}

// wireCreated is the 201 of a variable, which can carry failures.
type wireCreated struct {
	Failed []struct {
		Error struct {
			wireCause

			Key       string `json:"key"`
			EnvVarKey string `json:"envVarKey"`
		} `json:"error"`
	} `json:"failed"`
}
