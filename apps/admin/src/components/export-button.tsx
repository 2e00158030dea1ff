import { useState } from 'react';
import { exportFile } from '../api.ts';
import { useTexts } from '../texts/language.tsx';
import { saveFile } from './download.ts';
import { Button, Failure } from './parts.tsx';

/** Saves all rows of a list, not only those that are shown, as a file of CSV. */
export function ExportButton({ of, input }: { of: 'orders' | 'stock'; input: Record<string, unknown> }) {
  const { orders: texts } = useTexts();
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    setSaving(true);
    setError(undefined);
    try {
      const { name, content } = await exportFile(of, input);
      saveFile(name, content);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setSaving(false);
    }
  };
  return (
    <>
      <Button onClick={() => void save()} disabled={isSaving}>
        {isSaving ? texts.saving : texts.saveCsv}
      </Button>
      {error !== undefined && <Failure error={error} retry={() => void save()} />}
    </>
  );
}
