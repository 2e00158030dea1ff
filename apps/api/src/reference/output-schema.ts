import { isDeepStrictEqual } from 'node:util';
import { SymbolFlags, TypeFlags, type Checker, type Type } from 'typescript/unstable/sync';
import { schemaRef, type JsonSchema } from './json-schema.ts';

type Property = NonNullable<ReturnType<Checker['getPropertyOfType']>>;

/** Types that are not what their members say. */
const known: Record<string, JsonSchema> = {
  Date: { type: 'string', format: 'date-time' },
  JsonValue: { description: 'Any JSON value.' },
};

/**
 * Writes TypeScript's types as JSON Schema, as JSON has them: times are texts, and a field that is undefined is
 * missing. A type with a name becomes a schema of the document. Every number is an integer, apart from those of fields
 * with the tag `@decimal`.
 */
export class OutputSchemas {
  /** The named types that were met so far. */
  readonly named = new Map<string, JsonSchema>();
  readonly #types = new Map<string, number>();
  readonly #checker: Checker;

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  /** @throws Error for a type that JSON cannot have, or two types of one name */
  schemaOf(type: Type): JsonSchema {
    const alias = type.getAliasSymbol();
    const name = alias?.name ?? (type.isClassOrInterface() ? type.getSymbol()?.name : undefined);
    if (name === undefined || type.getAliasTypeArguments().length > 0) return this.#shapeOf(type);
    const fixed = known[name];
    if (fixed) return fixed;
    const before = this.#types.get(name);
    if (before !== undefined && before !== type.id) throw new Error(`two types have the name ${name}`);
    if (before === undefined) {
      this.#types.set(name, type.id);
      // Its place in the order comes before that of the types in it.
      this.named.set(name, {});
      const description = alias?.getDocumentationComment(this.#checker).trim();
      this.named.set(name, { ...(description && { description }), ...this.#shapeOf(type) });
    }
    return schemaRef(name);
  }

  #shapeOf(type: Type): JsonSchema {
    const { flags } = type;
    if (flags & (TypeFlags.Any | TypeFlags.Unknown)) return {};
    if (type.isUnionType()) return this.#unionOf(type.getTypes());
    if (type.isLiteralType())
      return { type: typeof type.value === 'number' ? 'integer' : typeof type.value, const: type.value };
    if (flags & TypeFlags.Null) return { type: 'null' };
    if (flags & (TypeFlags.String | TypeFlags.TemplateLiteral)) return { type: 'string' };
    if (flags & TypeFlags.Number) return { type: 'integer', format: 'int64' };
    if (flags & TypeFlags.Boolean) return { type: 'boolean' };
    if (type.isIntersectionType()) return this.#intersectionOf(type.getTypes(), type);
    if (this.#checker.isArrayType(type) && type.isTypeReference()) return this.#listOf(type);
    if (type.isObjectType()) return this.#objectOf(type);
    throw new Error(`JSON has no ${this.#checker.typeToString(type)}`);
  }

  #listOf(type: Type & { isTypeReference: unknown }): JsonSchema {
    const [item] = type.isTypeReference() ? this.#checker.getTypeArguments(type) : [];
    if (!item) throw new Error(`a list of nothing: ${this.#checker.typeToString(type)}`);
    return { type: 'array', items: this.schemaOf(item) };
  }

  #unionOf(types: readonly Type[]): JsonSchema {
    const given = types.filter(({ flags }) => !(flags & TypeFlags.Undefined));
    const isNullable = given.some(({ flags }) => flags & TypeFlags.Null);
    const literals = given.flatMap((type) => (type.isLiteralType() ? [type.value] : []));
    const isAnyBoolean = literals.includes(true) && literals.includes(false);
    const values = literals.filter((value) => typeof value !== 'boolean' || !isAnyBoolean);
    const others = given
      .filter((type) => !type.isLiteralType() && !(type.flags & TypeFlags.Null))
      .map((type) => this.schemaOf(type));
    const members: JsonSchema[] = [
      ...(values.length > 0 ? [enumOf(values)] : []),
      ...(isAnyBoolean ? [{ type: 'boolean' }] : []),
      ...others,
    ];
    return isNullable ? nullable(members) : anyOf(members);
  }

  /** A type with a name stays a reference, so that a client in another language has one type for it. */
  #intersectionOf(types: readonly Type[], whole: Type): JsonSchema {
    const isNamed = (type: Type) =>
      type.getAliasSymbol() !== undefined && type.getAliasTypeArguments().length === 0 && type.isObjectType();
    if (!types.some(isNamed)) return this.#objectOf(whole);
    return { allOf: types.map((type) => (isNamed(type) ? this.schemaOf(type) : this.#objectOf(type))) };
  }

  #objectOf(type: Type): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const held = this.#checker.getTypeOfSymbol(property);
      if (!held) throw new Error(`the type of ${property.name} is not known`);
      const isDecimal = property.getJsDocTags(this.#checker).some(({ name }) => name === 'decimal');
      const schema = isDecimal ? { type: 'number' } : this.schemaOf(held);
      properties[property.name] = this.#described(property, schema);
      if (!(property.flags & SymbolFlags.Optional) && !mayBeUndefined(held)) required.push(property.name);
    }
    const [index] = this.#checker.getIndexInfosOfType(type);
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(index && { additionalProperties: this.schemaOf(index.valueType) }),
    };
  }

  #described(property: Property, schema: JsonSchema): JsonSchema {
    const description = property.getDocumentationComment(this.#checker).trim();
    return description ? { description, ...schema } : schema;
  }
}

/**
 * Returns the schema with references to named intersections. TypeScript forgets the name of an intersection that is
 * part of another one.
 */
export function withNames(schema: JsonSchema, named: ReadonlyMap<string, JsonSchema>): JsonSchema {
  const { allOf, items, anyOf: members, properties, ...rest } = schema;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, withNames(property, named)]),
      ),
    }),
    ...(items && { items: withNames(items, named) }),
    ...(members && { anyOf: members.map((member) => withNames(member, named)) }),
    ...(allOf && namedIntersection(allOf, named)),
  };
}

function namedIntersection(members: JsonSchema[], named: ReadonlyMap<string, JsonSchema>): JsonSchema {
  for (const [name, { allOf }] of named) {
    const has = (member: JsonSchema) => members.some((own) => isDeepStrictEqual(own, member));
    if (!allOf?.every(has)) continue;
    const rest = members.filter((own) => !allOf.some((member) => isDeepStrictEqual(own, member)));
    return rest.length === 0 ? schemaRef(name) : { allOf: [schemaRef(name), ...rest] };
  }
  return { allOf: members };
}

const mayBeUndefined = (type: Type): boolean =>
  type.isUnionType()
    ? type.getTypes().some(({ flags }) => flags & TypeFlags.Undefined)
    : (type.flags & TypeFlags.Undefined) !== 0;

function enumOf(values: readonly unknown[]): JsonSchema {
  const types = [...new Set(values.map((value) => typeof value))];
  const [type] = types;
  return {
    ...(types.length === 1 && type !== undefined && { type: type === 'number' ? 'integer' : type }),
    enum: [...values],
  };
}

function anyOf(members: JsonSchema[]): JsonSchema {
  const [only] = members;
  return only && members.length === 1 ? only : { anyOf: members };
}

function nullable(members: JsonSchema[]): JsonSchema {
  const [only] = members;
  if (only && members.length === 1 && typeof only.type === 'string') {
    const { type, ...rest } = only;
    return { type: [type, 'null'], ...rest, ...(rest.enum && { enum: [...rest.enum, null] }) };
  }
  return anyOf([...members, { type: 'null' }]);
}
