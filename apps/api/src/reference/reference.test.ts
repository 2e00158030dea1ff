import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, expect, test } from 'vitest';
import { compileApi, type CompiledApi } from './compiled-procedures.ts';
import { openApiDocument } from './document.ts';
import { errorsPage, proceduresPage } from './pages.ts';

let api: CompiledApi;
beforeAll(() => {
  api = compileApi();
});

test('openapi.json is the document that the procedures have now (vitest run src/reference -u writes it)', async () => {
  await expect(`${JSON.stringify(openApiDocument(api), null, 1)}\n`).toMatchFileSnapshot('../../openapi.json');
});

test('the document is a valid document of OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(openApiDocument(api)));
  expect(result).toMatchObject({ valid: true });
});

test.each([
  ['procedures.md', proceduresPage],
  ['errors.md', errorsPage],
])('docs/reference/%s is what the code says now', async (name, page) => {
  await expect(page(api)).toMatchFileSnapshot(`../../../../docs/reference/${name}`);
});
