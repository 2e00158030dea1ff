import { useState, type PointerEvent } from 'react';
import { useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { salesTexts } from '../../texts/sales.ts';
import parts from '../../components/parts.module.css';
import type { Day } from './sales-days.ts';
import styles from './sales.module.css';

/** The height of the chart in units of its own. */
const height = 100;
/** The part of a day's width that its bar has. */
const barWidth = 0.72;

/**
 * Bars of gross sales above the line and of what was given back below it, with a mark at the net of each day. The
 * slider under it, the pointer and the table below reach the same values.
 */
export function SalesChart({ days }: { days: readonly Day[] }) {
  const texts = useTextsOf(salesTexts);
  const { money, calendarDay: dayText, count } = useFormat();
  const [chosen, setChosen] = useState(days.length - 1);
  const index = Math.min(Math.max(chosen, 0), days.length - 1);
  const current = days[index];
  const [first, last] = [days[0], days.at(-1)];
  if (!current || !first || !last) return null;
  const top = highestOf(days);
  const values = ({ day, grossAmount, refundAmount, netAmount, orders, currency }: Day) =>
    texts.values(
      dayText(day),
      count(orders),
      money(grossAmount, currency),
      money(refundAmount, currency),
      money(netAmount, currency),
    );
  return (
    <div className={parts['stack']}>
      <ul className={`${parts['row']} ${styles['legend']}`}>
        <li className={styles['gross']}>{texts.gross}</li>
        <li className={styles['refunds']}>{texts.refunds}</li>
        <li className={styles['net']}>{texts.net}</li>
        <li className={parts['quiet']}>{texts.highest(money(top, current.currency))}</li>
      </ul>
      <Bars days={days} index={index} onPoint={setChosen} />
      <input
        type="range"
        className={styles['slider']}
        aria-label={texts.slider}
        aria-valuetext={values(current)}
        min={0}
        max={days.length - 1}
        value={index}
        onChange={(event) => setChosen(Number(event.target.value))}
      />
      <div className={styles['ends']}>
        <span>{dayText(first.day)}</span>
        <span>{dayText(last.day)}</span>
      </div>
      <p className={styles['values']} data-testid="day">
        {values(current)}
      </p>
    </div>
  );
}

const highestOf = (days: readonly Day[]): number => Math.max(0, ...days.map(({ grossAmount }) => grossAmount));

type BarsProps = { days: readonly Day[]; index: number; onPoint: (index: number) => void };

/** The drawing: a day is one unit wide. Calls `onPoint` with the index of the day under the pointer. */
function Bars({ days, index, onPoint }: BarsProps) {
  const top = highestOf(days);
  const bottom = Math.max(0, ...days.map(({ refundAmount }) => refundAmount));
  const scale = height / Math.max(1, top + bottom);
  const zero = top * scale;
  const point = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    onPoint(Math.min(days.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * days.length))));
  };
  return (
    <svg
      className={styles['chart']}
      viewBox={`0 0 ${days.length} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerMove={point}
      onPointerDown={point}
    >
      <rect className={styles['chosen']} x={index} y={0} width={1} height={height} />
      {days.map(({ day, grossAmount, refundAmount, netAmount }, x) => (
        <g key={day}>
          <rect
            className={styles['gross']}
            x={x + (1 - barWidth) / 2}
            y={zero - grossAmount * scale}
            width={barWidth}
            height={grossAmount * scale}
          />
          <rect
            className={styles['refunds']}
            x={x + (1 - barWidth) / 2}
            y={zero}
            width={barWidth}
            height={refundAmount * scale}
          />
          <line
            className={styles['net']}
            x1={x + 0.1}
            x2={x + 0.9}
            y1={zero - netAmount * scale}
            y2={zero - netAmount * scale}
          />
        </g>
      ))}
      <line className={styles['axis']} x1={0} x2={days.length} y1={zero} y2={zero} />
    </svg>
  );
}
