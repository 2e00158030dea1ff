import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { queryClient, trpc } from '../../api.ts';
import { ActionDialog, Dialog } from '../../components/dialog.tsx';
import { Button, CommandLine } from '../../components/parts.tsx';
import { SecretOnce } from '../../components/secret-once.tsx';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import type { Endpoint } from './endpoint.ts';

type EndpointActionProps = { endpoint: Pick<Endpoint, 'id' | 'url'>; onClose: () => void };

const readAgain = async () => queryClient.invalidateQueries({ queryKey: trpc.webhookEndpoint.pathKey() });

/** Gives an endpoint a new secret, which is shown once. */
export function RotateDialog({ endpoint, onClose }: EndpointActionProps) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const rotate = useMutation(trpc.webhookEndpoint.rotateSecret.mutationOptions({ gcTime: 0, onSettled: readAgain }));
  if (rotate.data)
    return (
      <Dialog title={texts.rotated} onClose={onClose}>
        <SecretOnce label={texts.secret} secret={rotate.data.secret} warning={texts.secretOnce} />
        <div>
          <Button onClick={onClose}>{actions.close}</Button>
        </div>
      </Dialog>
    );
  return (
    <ActionDialog
      title={texts.rotate}
      submit={texts.rotate}
      sending={rotate}
      onSubmit={() => rotate.mutate({ endpointId: endpoint.id })}
      onClose={onClose}
    >
      <p>{texts.rotateAdvice}</p>
      <CommandLine words={['webhooks', 'rotate', endpoint.id]} />
    </ActionDialog>
  );
}

/** Deletes an endpoint. */
export function DeleteDialog({ endpoint, onClose }: EndpointActionProps) {
  const texts = useTextsOf(eventsTexts);
  const navigate = useNavigate();
  const remove = useMutation(
    trpc.webhookEndpoint.delete.mutationOptions({
      async onSuccess() {
        onClose();
        // First away from the endpoint, which can't be read any more.
        await navigate({ to: '/events', search: { tab: 'endpoints' } });
        await readAgain();
      },
    }),
  );
  return (
    <ActionDialog
      title={texts.delete}
      submit={texts.delete}
      look="danger"
      sending={remove}
      onSubmit={() => remove.mutate({ endpointId: endpoint.id })}
      onClose={onClose}
    >
      <p>{texts.deleteAdvice(endpoint.url)}</p>
      <CommandLine words={['webhooks', 'delete', endpoint.id]} />
    </ActionDialog>
  );
}
