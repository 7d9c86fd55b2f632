package pipecat

// redacted stands where the image of a cloud build is, which is the platform's own business.
const redacted = "[REDACTED]"

func (d *deployment) json(a *agent) map[string]any {
	m := map[string]any{
		"id": d.ID, "serviceId": a.ID, "createdAt": stamp(d.Created), "updatedAt": stamp(d.Created), "manifest": d.manifest(a),
	}
	if d.Spec.BuildID != "" {
		m["buildId"] = d.Spec.BuildID
	}
	return m
}

func (d *deployment) manifest(a *agent) map[string]any {
	size := map[string][2]string{"agent-1x": {"500m", "1Gi"}, "agent-2x": {"1", "2Gi"}, "agent-3x": {"1500m", "3Gi"}}[d.Spec.Profile]
	m := map[string]any{
		"dailyNodeType": "arm", "image": d.Spec.Image, "arch": "arm64",
		"autoScaling":               map[string]any{"minReplicas": a.Scaling.Min, "maxReplicas": a.Scaling.Max},
		"resources":                 map[string]any{"cpu": size[0], "memory": size[1]},
		"krispViva":                 map[string]any{"audioFilters": d.Spec.Krisp != ""},
		"maxSessionDurationSeconds": d.Spec.MaxSession, "envFromSecretNames": []string{},
	}
	if d.Spec.BuildID != "" {
		m["image"] = redacted
	}
	if d.Spec.PullSet != "" {
		m["imagePullSecretName"] = d.Spec.PullSet
	}
	if d.Spec.SecretSet != "" {
		m["envFromSecretNames"] = []string{d.Spec.SecretSet}
	}
	return map[string]any{
		"apiVersion": "pipecatcloud.daily.co/v1", "kind": "PCService",
		"metadata": map[string]any{"name": a.Name, "namespace": "the-box"}, "spec": m,
	}
}
