import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { importFile, type ImportKind, type ImportReport } from '../../api.ts';
import { ActionDialog } from '../../components/dialog.tsx';
import { Button, CommandLine, Failure, Field, Table } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { importTexts } from '../../texts/import.ts';
import parts from '../../components/parts.module.css';
import { readProductsAgain } from './read-product-again.ts';

/** Takes products or counted stock from a CSV file, after a check that writes nothing. A file can be sent again. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const texts = useTextsOf(importTexts);
  const { may } = useMe();
  const [kind, setKind] = useState<ImportKind>(may('stock') ? 'stock' : 'products');
  const [file, setFile] = useState<File>();
  const check = useMutation({ mutationFn: async (of: File) => importFile(kind, of, { dryRun: true }) });
  const send = useMutation({
    mutationFn: async (of: File) => importFile(kind, of, { dryRun: false }),
    onSettled: readProductsAgain,
  });
  const forget = () => {
    check.reset();
    send.reset();
  };
  const report = send.data ?? check.data;
  return (
    <ActionDialog
      title={texts.title}
      submit={texts.submit}
      canSubmit={file !== undefined && check.isSuccess}
      sending={send}
      onSubmit={() => file && send.mutate(file)}
      onClose={onClose}
    >
      <Field label={texts.kind}>
        <select
          className={parts['input']}
          value={kind}
          onChange={(event) => {
            setKind(event.target.value === 'stock' ? 'stock' : 'products');
            forget();
          }}
        >
          {may('stock') && <option value="stock">{texts.kinds.stock}</option>}
          {may('catalog') && <option value="products">{texts.kinds.products}</option>}
        </select>
      </Field>
      <Field label={texts.file}>
        <input
          className={parts['input']}
          type="file"
          accept=".csv,.gz,text/csv"
          onChange={(event) => {
            setFile(event.target.files?.[0]);
            forget();
          }}
        />
      </Field>
      <p className={parts['quiet']}>{texts.lead[kind]}</p>
      <div>
        <Button disabled={!file || check.isPending || send.isSuccess} onClick={() => file && check.mutate(file)}>
          {check.isPending ? texts.checking : texts.check}
        </Button>
      </div>
      {check.error && <Failure error={check.error} />}
      {report && <Report report={report} />}
      <CommandLine words={[kind, 'import', file?.name ?? '<file>']} />
    </ActionDialog>
  );
}

function Report({ report }: { report: ImportReport }) {
  const texts = useTextsOf(importTexts);
  const { dryRun, rows, created, updated, unchanged, failed, errors } = report;
  return (
    <div role="status" className={parts['stack']}>
      <p data-testid="report">
        <strong>{dryRun ? texts.wouldBe : texts.done}</strong>{' '}
        {texts.counts(rows, created + updated, unchanged, failed)}
      </p>
      {errors.length > 0 && (
        <Table
          label={texts.errors}
          columns={[
            { head: texts.line, isNumber: true, cell: ({ line }) => line },
            { head: texts.sku, cell: ({ sku }) => sku ?? '–' },
            { head: texts.problem, cell: ({ message }) => message },
          ]}
          rows={errors}
          keyOf={({ line }) => line}
        />
      )}
    </div>
  );
}
