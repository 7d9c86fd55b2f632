// Drives Supabase's own client through what a product does with files, and prints what each step gave as one JSON object.
// It judges nothing: scripts/conformance/supabase.go does.
import { createRequire } from 'node:module'

const [url, key, anonKey, tool] = process.argv.slice(2)
const { createClient } = createRequire(tool + '/node_modules/')('@supabase/supabase-js')
const options = { auth: { persistSession: false, autoRefreshToken: false } }
const open = (k) => createClient(url, k, options).storage
const storage = open(key)
const steps = {}

// said is what is worth comparing of an answer: {data, error}, with an error's status and words.
const said = ({ data, error }) =>
  error ? { error: error.message, status: String(error.statusCode ?? error.status ?? '') } : { data }

const step = async (name, call) => {
  try {
    steps[name] = said(await call())
  } catch (thrown) {
    steps[name] = { thrown: String(thrown) }
  }
  return steps[name].data
}
const text = async ({ data, error }) => ({ data: data && (await data.text()), error })
const names = ({ data, error }) => ({ data: data?.map((row) => row.name), error })
const pdf = (s) => Buffer.from('%PDF-1.4 ' + s)
const type = { contentType: 'application/pdf' }

await step('bucket missing', () => storage.getBucket('books'))
await step('bucket create', () =>
  storage.createBucket('books', { public: false, fileSizeLimit: '1MB', allowedMimeTypes: ['application/pdf'] }))
await step('bucket create again', () => storage.createBucket('books', { public: false }))
const bucket = await step('bucket get', () => storage.getBucket('books'))
if (bucket) {
  const { id, public: open, file_size_limit, allowed_mime_types } = bucket
  steps['bucket get'].data = { id, public: open, file_size_limit, allowed_mime_types }
}
await step('bucket update', () => storage.updateBucket('books', { public: false, fileSizeLimit: 2000, allowedMimeTypes: ['application/pdf'] }))
await step('bucket list', async () => names(await storage.listBuckets()))

const books = storage.from('books')
await step('upload', async () => {
  const { data, error } = await books.upload('h/a.pdf', pdf('a'), { ...type, cacheControl: '60', metadata: { title: 'A' } })
  return { data: data && { path: data.path, fullPath: data.fullPath, id: typeof data.id }, error }
})
await step('upload again', () => books.upload('h/a.pdf', pdf('b'), type))
await step('upload a blob', async () => {
  const { data, error } = await books.upload('h/blob.pdf', new Blob([pdf('blob')], { type: 'application/pdf' }), { metadata: { title: 'B' } })
  return { data: data?.path, error }
})
await step('upsert', async () => {
  const { data, error } = await books.upload('h/a.pdf', pdf('b'), { ...type, upsert: true })
  return { data: data?.path, error }
})
await step('update', async () => {
  const { data, error } = await books.update('h/a.pdf', pdf('c'), type)
  return { data: data?.path, error }
})
await step('download', async () => text(await books.download('h/a.pdf')))
await step('download of a missing one', async () => text(await books.download('h/none.pdf')))
await step('info', async () => {
  const { data, error } = await books.info('h/blob.pdf')
  return { data: data && { name: data.name, size: data.size, contentType: data.contentType, metadata: data.metadata, etag: typeof data.etag }, error }
})
await step('exists', () => books.exists('h/a.pdf'))
steps['exists not'] = { data: (await books.exists('h/none.pdf')).data }
await step('too large', () => books.upload('h/big.pdf', Buffer.alloc(2001), type))
await step('wrong type', () => books.upload('h/a.txt', Buffer.from('x'), { contentType: 'text/plain' }))
await step('bad key', () => books.upload('h/é.pdf', pdf('x'), type))
await step('copy', () => books.copy('h/a.pdf', 'h/b.pdf'))
await step('copy onto one', () => books.copy('h/a.pdf', 'h/b.pdf'))
await step('move', async () => ({ data: (await books.move('h/b.pdf', 'h/sub/c.pdf')).data?.message }))
await step('list', async () => names(await books.list('h', { sortBy: { column: 'name', order: 'asc' } })))
await step('list v2', async () => {
  const { data, error } = await books.listV2({ prefix: 'h/', with_delimiter: true, limit: 2 })
  return { data: data && { objects: data.objects.map((o) => o.name), folders: data.folders.map((f) => f.name), more: data.hasNext }, error }
})

const signed = await step('sign', () => books.createSignedUrl('h/a.pdf', 60))
steps.sign = { data: typeof signed?.signedUrl }
await step('signed download', async () => ({ data: await (await fetch(signed.signedUrl)).text() }))
await step('sign several', async () => {
  const { data, error } = await books.createSignedUrls(['h/a.pdf', 'h/none.pdf'], 60)
  return { data: data?.map((one) => [one.path, Boolean(one.signedUrl), one.error]), error }
})
await step('sign a missing one', () => books.createSignedUrl('h/none.pdf', 60))
const upload = await step('sign an upload', () => books.createSignedUploadUrl('h/signed.pdf'))
steps['sign an upload'] = { data: upload?.path }
const toSigned = (path, token, body) => async () => {
  const { data, error } = await books.uploadToSignedUrl(path, token, body, type)
  return { data: data?.path, error }
}
await step('signed upload', toSigned('h/signed.pdf', upload?.token, pdf('signed')))
await step('signed upload again', toSigned('h/signed.pdf', upload?.token, pdf('again')))
await step('signed upload elsewhere', toSigned('h/other.pdf', upload?.token, pdf('x')))
await step('download what was signed', async () => text(await books.download('h/signed.pdf')))

for (const [who, k] of [['publishable', anonKey], ['wrong', 'sb_secret_of_nobody']]) {
  const other = open(k)
  await step(who + ' key: buckets', () => other.listBuckets())
  await step(who + ' key: download', async () => text(await other.from('books').download('h/a.pdf')))
  await step(who + ' key: upload', () => other.from('books').upload('h/x.pdf', pdf('x'), type))
}

await step('bucket delete, full', () => storage.deleteBucket('books'))
await step('remove', async () => names(await books.remove(['h/a.pdf', 'h/none.pdf'])))
await step('bucket empty', () => storage.emptyBucket('books'))
await step('bucket delete', () => storage.deleteBucket('books'))
await step('bucket gone', () => storage.getBucket('books'))
console.log(JSON.stringify(steps, null, 1))
