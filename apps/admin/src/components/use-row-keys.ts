import { useEffect, useRef, useState } from 'react';

type RowKeys = { count: number; onOpen: (index: number) => void; onSelect: (index: number) => void };

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, select, textarea, dialog') !== null;

/**
 * Moves through the rows of a list by the keyboard: j and k, x to select, Enter to open. The row that is current has
 * the focus.
 */
export function useRowKeys({ count, onOpen, onSelect }: RowKeys) {
  const [current, setCurrent] = useState(-1);
  const rows = useRef(new Map<number, HTMLElement>());
  useEffect(() => {
    const move = (to: number) => {
      const index = Math.min(Math.max(to, 0), count - 1);
      setCurrent(index);
      rows.current.get(index)?.focus();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLInputElement && event.target.type === 'checkbox') {
        if (!['j', 'k', 'x'].includes(event.key)) return;
      } else if (isTyping(event.target)) return;
      if (event.key === 'j') move(current + 1);
      else if (event.key === 'k') move(current - 1);
      else if (event.key === 'x' && current >= 0) onSelect(current);
      else if (event.key === 'Enter' && event.target === rows.current.get(current)) onOpen(current);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  const rowProps = (index: number) => ({
    ref: (row: HTMLElement | null) => {
      if (row) rows.current.set(index, row);
      else rows.current.delete(index);
    },
    tabIndex: -1,
    'data-current': index === current,
  });
  return { rowProps };
}
