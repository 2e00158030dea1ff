import { Field } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import type { OneReturn } from './returns-tabs.ts';

type Fault = OneReturn['fault'];

const faults: readonly Fault[] = ['CUSTOMER', 'SHOP', 'CARRIER'];

/** Whose fault it is that goods come back, which decides about the cost of shipping. */
export function FaultField({ fault, onChange }: { fault: Fault; onChange: (fault: Fault) => void }) {
  const texts = useTextsOf(returnsTexts);
  return (
    <Field label={texts.fault}>
      <select
        className={parts['input']}
        value={fault}
        onChange={({ target }) => onChange(faults.find((one) => one === target.value) ?? fault)}
      >
        {faults.map((one) => (
          <option key={one} value={one}>
            {texts.faults[one]}
          </option>
        ))}
      </select>
    </Field>
  );
}
