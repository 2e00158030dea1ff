import { useMutation } from '@tanstack/react-query';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import type { Product, Stock } from './product.ts';
import { readProductsAgain } from './read-product-again.ts';

type ArchiveProps = { product: Product; stock: Stock | undefined; onClose: () => void };

/** Takes a product off sale for ever. */
export function ArchiveProductDialog({ product, stock, onClose }: ArchiveProps) {
  const texts = useTextsOf(stockTexts);
  const archive = useMutation(
    trpc.product.archive.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readProductsAgain();
        onClose();
      },
    }),
  );
  return (
    <ActionDialog
      title={texts.archiveTitle(product.name)}
      submit={texts.archive}
      look="danger"
      isChanged={product.archivedAt !== null && !archive.isPending && !archive.isSuccess}
      changedText={texts.productChanged}
      sending={archive}
      onSubmit={() => archive.mutate({ productId: product.id })}
      onClose={onClose}
    >
      <p>{texts.archiveLead}</p>
      {stock && <p>{texts.archiveStock(stock.sellableQty)}</p>}
      <CommandLine words={['products', 'archive', product.sku]} />
    </ActionDialog>
  );
}
