import { useTexts } from '../texts/language.tsx';
import { Field } from './parts.tsx';
import parts from './parts.module.css';

/** Units by line number. */
export type Units = Readonly<Record<number, number>>;

type UnitFieldsProps = {
  lines: readonly { lineNo: number; name: string; max: number }[];
  units: Units;
  onChange: (units: Units) => void;
};

/** A field for each line, which takes from no unit to `max` units. */
export function UnitFields({ lines, units, onChange }: UnitFieldsProps) {
  const { dialogs } = useTexts();
  return lines.map(({ lineNo, name, max }) => (
    <Field key={lineNo} label={dialogs.unitsOf(name, max)}>
      <input
        className={parts['input']}
        type="number"
        min={0}
        max={max}
        value={units[lineNo] ?? 0}
        onChange={(event) => onChange({ ...units, [lineNo]: unitsIn(event.target.value, max) })}
      />
    </Field>
  ));
}

const unitsIn = (text: string, max: number): number => Math.min(Math.max(Math.trunc(Number(text)) || 0, 0), max);

/** The lines with units, as the API takes them. */
export const linesOf = (units: Units): { lineNo: number; quantity: number }[] =>
  Object.entries(units)
    .filter(([, quantity]) => quantity > 0)
    .map(([lineNo, quantity]) => ({ lineNo: Number(lineNo), quantity }));

/** The same lines as options of a command. */
export const lineOptions = (lines: readonly { lineNo: number; quantity: number }[]): string[] =>
  lines.flatMap(({ lineNo, quantity }) => ['--line', `${lineNo}:${quantity}`]);
