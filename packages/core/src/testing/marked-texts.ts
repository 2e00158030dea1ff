import { z } from 'zod';

/** Finds marks in a text. */
export const markPattern = /mark\d+zq/g;

/**
 * Fills every text field of an input's schema with a text that occurs nowhere else. `marks` are those texts, and
 * `unmarked` the fields that take no free text. @throws Error when the schema has a field of an unknown kind
 */
export function markTexts(schema: z.ZodType): { value: unknown; marks: string[]; unmarked: string[] } {
  const marks: string[] = [];
  const unmarked: string[] = [];
  const newMark = (): string => {
    const mark = `mark${marks.length + 1}zq`;
    marks.push(mark);
    return mark;
  };
  const fill = (field: unknown, place: string): unknown => {
    if (field instanceof z.ZodOptional) return fill(field.unwrap(), place);
    // A field of a form, where an empty text counts as none.
    if (field instanceof z.ZodPipe) return fill(field.out, place);
    if (field instanceof z.ZodObject)
      return Object.fromEntries(
        Object.entries(field.shape).map(([name, inner]) => [name, fill(inner, place ? `${place}.${name}` : name)]),
      );
    // The shop's own facts, any JSON object.
    if (field instanceof z.ZodCustom) return { [newMark()]: [newMark()] };
    if (!(field instanceof z.ZodString)) throw new Error(`${place} is of a kind that this function can't mark`);
    const mark = newMark();
    const text = [mark, `${mark}@example.com`].find((each) => field.safeParse(each).success);
    if (text !== undefined) return text;
    marks.pop();
    unmarked.push(place);
    return ['KR'].find((each) => field.safeParse(each).success);
  };
  return { value: fill(schema, ''), marks, unmarked };
}
