import { join } from 'node:path';
import { API, type Checker, type Type } from 'typescript/unstable/sync';
import type { JsonSchema } from './json-schema.ts';
import { OutputSchemas, withNames } from './output-schema.ts';

type Compiled = NonNullable<ReturnType<Checker['getPropertyOfType']>>;

/** A tag of a docstring: the code that is thrown, and when. */
export type Thrown = { code: string; when: string };

/** What only the compiler knows of a procedure. `output` is the answer, or one event of a stream. */
export type CompiledProcedure = { doc: string; thrown: Thrown[]; output: JsonSchema; inputDocs: Map<string, string> };

export type CompiledApi = {
  /** The comment of all procedures, and what each of them may throw. */
  general: { doc: string; thrown: Thrown[] };
  /** The comment of each router. */
  nouns: Map<string, string>;
  procedures: Map<string, CompiledProcedure>;
  /** The details of each error code that has some. */
  details: Map<string, JsonSchema>;
  /** The types with a name. */
  schemas: Map<string, JsonSchema>;
};

const folder = join(import.meta.dirname, '../..');

/** Reads comments and types of the procedures with TypeScript's compiler, which takes two seconds. */
export function compileApi(): CompiledApi {
  const api = new API({ cwd: folder });
  try {
    // Not with the examples, whose gateway adds its own `next` to the types.
    const [project] = api.updateSnapshot({ openProjects: [join(folder, 'tsconfig.build.json')] }).getProjects();
    if (!project) throw new Error('the compiler found no project');
    const { program, checker } = project;
    const exportOf = (file: string, name: string): Compiled => {
      const source = program.getSourceFile(join(folder, file));
      const module = source && checker.getSymbolAtLocation(source);
      const found = module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name);
      if (!found) throw new Error(`${file} has no export ${name}`);
      return found;
    };
    const schemas = new OutputSchemas(checker);
    const reader = new Reader(checker, schemas);
    const router = exportOf('src/routers/index.ts', 'appRouter');
    const procedures = reader.procedures(router);
    const core = (file: string, name: string): Type =>
      checker.getDeclaredTypeOfSymbol(exportOf(`../../packages/core/src/${file}`, name));
    const details = reader.details(core('error-details.ts', 'ErrorDetails'));
    schemas.schemaOf(core('events/cloud-event.ts', 'CloudEvent'));
    const { named } = schemas;
    for (const procedure of procedures.values()) procedure.output = withNames(procedure.output, named);
    return { general: reader.comment(router), nouns: reader.nouns(exportOf), procedures, details, schemas: named };
  } finally {
    api.close();
  }
}

class Reader {
  readonly #checker: Checker;
  readonly #schemas: OutputSchemas;

  constructor(checker: Checker, schemas: OutputSchemas) {
    this.#checker = checker;
    this.#schemas = schemas;
  }

  comment(symbol: Compiled): { doc: string; thrown: Thrown[] } {
    const thrown = symbol
      .getJsDocTags(this.#checker)
      .filter(({ name }) => name === 'throws')
      .map(({ text = '' }) => {
        const [code = '', ...when] = text.split(/\s+/);
        return { code, when: when.join(' ') };
      });
    return { doc: symbol.getDocumentationComment(this.#checker).trim(), thrown };
  }

  nouns(exportOf: (file: string, name: string) => Compiled): Map<string, string> {
    const router = this.#typeOf(exportOf('src/routers/index.ts', 'appRouter'));
    const nouns = this.#checker.getPropertiesOfType(router).filter(({ name }) => isOwn(name));
    return new Map(
      nouns.map(({ name }) => {
        const file = `src/routers/${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
        return [name, this.comment(exportOf(file, `${name}Router`)).doc];
      }),
    );
  }

  procedures(router: Compiled): Map<string, CompiledProcedure> {
    const found = new Map<string, CompiledProcedure>();
    for (const noun of this.#checker.getPropertiesOfType(this.#typeOf(router))) {
      if (!isOwn(noun.name)) continue;
      for (const procedure of this.#checker.getPropertiesOfType(this.#typeOf(noun))) {
        const types = this.#member(this.#member(this.#typeOf(procedure), '_def'), '$types');
        const answer = this.#eventOf(this.#member(types, 'output'));
        found.set(`${noun.name}.${procedure.name}`, {
          ...this.comment(procedure),
          output: this.#schemas.schemaOf(answer),
          inputDocs: this.#inputDocs(this.#member(types, 'input')),
        });
      }
    }
    return found;
  }

  details(details: Type): Map<string, JsonSchema> {
    const properties = this.#checker.getPropertiesOfType(details);
    return new Map(
      properties.map((property) => {
        const { doc } = this.comment(property);
        const schema = this.#schemas.schemaOf(this.#typeOf(property));
        return [property.name, doc ? { description: doc, ...schema } : schema];
      }),
    );
  }

  /** The type of one event of a stream, or the type itself. */
  #eventOf(type: Type): Type {
    if (type.getSymbol()?.name !== 'AsyncIterable' || !type.isTypeReference()) return type;
    const [tracked] = this.#checker.getTypeArguments(type);
    if (!tracked) throw new Error('a stream has no events');
    return this.#member(tracked, 'data');
  }

  /** The comments of an input's own fields. */
  #inputDocs(type: Type): Map<string, string> {
    const given = this.#checker.getNonNullableType(type);
    const fields = given?.isObjectType() || given?.isIntersectionType() ? this.#checker.getPropertiesOfType(given) : [];
    return new Map(
      fields.flatMap((field) => {
        const { doc } = this.comment(field);
        return doc ? [[field.name, doc] as const] : [];
      }),
    );
  }

  #typeOf(symbol: Compiled): Type {
    const type = this.#checker.getTypeOfSymbol(symbol);
    if (!type) throw new Error(`the type of ${symbol.name} is not known`);
    return type;
  }

  #member(type: Type, name: string): Type {
    const symbol = this.#checker.getPropertyOfType(type, name);
    if (!symbol) throw new Error(`${this.#checker.typeToString(type)} has no ${name}`);
    return this.#typeOf(symbol);
  }
}

/** Whether a member of tRPC's router is one of ours. */
const isOwn = (name: string): boolean => !name.startsWith('_') && name !== 'createCaller';
