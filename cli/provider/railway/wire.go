package railway

// The operations, as in shared/contracts/railway.operations.graphql and held against testdata/schema.graphql by a test.
const (
	projectTokenQuery = `query ProjectToken { projectToken { project { id name } environment { id name } } }`

	apiTokenQuery = `query ApiToken { apiToken { workspaces { id name } } }`

	// For account tokens alone.
	meQuery = `query Me { me { name email apiTokenRateLimit { remainingPoints resetsAt } workspaces { id name } } }`

	projectsQuery = `query Projects($workspaceId: String, $first: Int, $after: String) {
  projects(workspaceId: $workspaceId, first: $first, after: $after) { edges { node { id name deletedAt } } pageInfo { hasNextPage endCursor } }
}`

	projectQuery = `query Project($id: String!, $first: Int) {
  project(id: $id) {
    id name deletedAt
    environments(first: $first) { edges { node { id name canAccess deletedAt } } }
    services(first: $first) { edges { node { id name } } }
  }
}`

	servicesQuery = `query Services($environmentId: String!, $projectId: String, $first: Int, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    serviceInstances(first: $first, after: $after) { edges { node { serviceId serviceName } } pageInfo { hasNextPage endCursor } }
  }
}`

	deploymentFields = `id status createdAt serviceId staticUrl url canRollback canRedeploy deploymentStopped meta instances { status }`

	domainFields = `serviceDomains { domain } customDomains { domain status { verified } }`

	liveQuery = `query Live($serviceId: String!, $environmentId: String!) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
    serviceName
    activeDeployments { ` + deploymentFields + ` }
    latestDeployment { ` + deploymentFields + ` }
    domains { ` + domainFields + ` }
  }
}`

	deploymentQuery = `query Deployment($id: String!) { deployment(id: $id) { ` + deploymentFields + ` service { name } } }`

	deploymentsQuery = `query Deployments($input: DeploymentListInput!, $first: Int) {
  deployments(input: $input, first: $first) { edges { node { ` + deploymentFields + ` } } }
}`

	eventsQuery = `query DeploymentEvents($id: String!, $first: Int) {
  deploymentEvents(id: $id, first: $first) { edges { node { step createdAt payload { reason error detail } } } }
}`

	domainsQuery = `query Domains($projectId: String!, $environmentId: String!, $serviceId: String!) {
  domains(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) { ` + domainFields + ` }
}`

	domainCreateMutation = `mutation ServiceDomainCreate($input: ServiceDomainCreateInput!) { serviceDomainCreate(input: $input) { domain } }`

	settingsQuery = `query Settings($serviceId: String!, $environmentId: String!) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
    buildCommand startCommand healthcheckPath healthcheckTimeout drainingSeconds railwayConfigFile
    source { repo image }
  }
}`

	settingsMutation = `mutation ServiceInstanceUpdate($serviceId: String!, $environmentId: String, $input: ServiceInstanceUpdateInput!) {
  serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
}`

	// Known to work with a project token, which `variables` is not; it is also what a deployment would really get.
	variablesQuery = `query Variables($projectId: String!, $environmentId: String!, $serviceId: String!) {
  variablesForServiceDeployment(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId)
}`

	// As somebody wrote them, with their ${{references}}.
	unrenderedQuery = `query Unrendered($projectId: String!, $environmentId: String!, $serviceId: String!) {
  variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: true)
}`

	// Of all services, without a value.
	variableNotesQuery = `query VariableNotes($environmentId: String!, $projectId: String, $first: Int, $after: String) {
  environment(id: $environmentId, projectId: $projectId) {
    variables(first: $first, after: $after) { edges { node { name serviceId isSealed references updatedAt } } pageInfo { hasNextPage endCursor } }
  }
}`

	variablesMutation = `mutation VariableCollectionUpsert($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }`

	snapshotQuery = `query DeploymentSnapshot($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }`

	logFields = `timestamp message severity attributes { key value } tags { deploymentId }`

	logsQuery = `query DeploymentLogs($id: String!, $limit: Int, $filter: String, $startDate: DateTime) {
  logs: deploymentLogs(deploymentId: $id, limit: $limit, filter: $filter, startDate: $startDate) { ` + logFields + ` }
}`

	buildLogsQuery = `query BuildLogs($id: String!, $limit: Int) {
  logs: buildLogs(deploymentId: $id, limit: $limit) { ` + logFields + ` }
}`

	// A Boolean: the documentation's example, which selects id and status, does not validate.
	rollbackMutation = `mutation DeploymentRollback($id: String!) { deploymentRollback(id: $id) }`
	removeMutation   = `mutation DeploymentRemove($id: String!) { deploymentRemove(id: $id) }`
	cancelMutation   = `mutation DeploymentCancel($id: String!) { deploymentCancel(id: $id) }`

	// With a commit: that one. Without: the commit or the image that the service is set to.
	deployMutation = `mutation DeployCommit($serviceId: String!, $environmentId: String!, $commitSha: String) {
  serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId, commitSha: $commitSha)
}`
	redeployMutation = `mutation DeploymentRedeploy($id: String!) { deploymentRedeploy(id: $id) { id } }`

	createMutation  = `mutation ServiceCreate($input: ServiceCreateInput!) { serviceCreate(input: $input) { id name } }`
	connectMutation = `mutation ServiceConnect($id: String!, $input: ServiceConnectInput!) { serviceConnect(id: $id, input: $input) { id } }`
	autoOffMutation = `mutation ServiceInstanceAutoDeployUpdate($input: ServiceInstanceAutoDeployUpdateInput!) { serviceInstanceAutoDeployUpdate(input: $input) { enabled } }`
	autoDeployQuery = `query AutoDeploy($projectId: String!, $environmentId: String!, $serviceId: String!) {
  serviceInstanceAutoDeployStatus(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId) { enabled }
}`
	stagedQuery = `query Staged($environmentId: String!, $projectId: String) {
  environment(id: $environmentId, projectId: $projectId) { canAccess unmergedChangesCount }
}`

	schemaQuery = `query Schema {
  __schema {
    queryType { name } mutationType { name }
    types {
      name
      fields(includeDeprecated: true) {
        name isDeprecated type { ` + typeFields + ` }
        args { name defaultValue type { ` + typeFields + ` } }
      }
    }
  }
}`
	typeFields = `kind name ofType { kind name ofType { kind name ofType { kind name } } }`
)

// documents are all that a client sends: what a release needs, and what it can do without.
func documents() (needed, optional []string) {
	needed = []string{
		projectTokenQuery, apiTokenQuery, projectsQuery, projectQuery, servicesQuery, liveQuery, deploymentQuery, deploymentsQuery,
		domainsQuery, domainCreateMutation, settingsQuery, settingsMutation, variablesQuery, variablesMutation, logsQuery,
		buildLogsQuery, rollbackMutation, removeMutation, cancelMutation, deployMutation, redeployMutation, createMutation, connectMutation,
	}
	optional = []string{meQuery, eventsQuery, snapshotQuery, unrenderedQuery, variableNotesQuery, autoDeployQuery, autoOffMutation, stagedQuery, schemaQuery}
	return needed, optional
}
