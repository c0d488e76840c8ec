/** What Nomad's rules can say of each kind of block, and the verbs that it comes to. Capabilities and levels as Nomad 1.11 has them. */
export interface BlockKind {
  /** How it is named, where one is named by a label. */
  readonly label?: RegExp;
  /** Shorthands that `policy` may hold. */
  readonly levels: Readonly<Record<string, readonly string[]>>;
  /** Of `capabilities`, each with those that it brings along; absent where the kind has none. */
  readonly capabilities?: Readonly<Record<string, readonly string[]>>;
}

const NAME = /^[a-zA-Z0-9-*]{1,128}$/;
const NAME_OR_LOW_LINE = /^[a-zA-Z0-9-_*]{1,128}$/;

const NAMESPACE_READ = [
  'list-jobs',
  'parse-job',
  'read-job',
  'csi-list-volume',
  'csi-read-volume',
  'read-job-scaling',
  'list-scaling-policies',
  'read-scaling-policy',
  'host-volume-read',
] as const;

const NAMESPACE_WRITE = [
  ...NAMESPACE_READ,
  'scale-job',
  'submit-job',
  'dispatch-job',
  'read-logs',
  'read-fs',
  'alloc-exec',
  'alloc-lifecycle',
  'csi-mount-volume',
  'csi-write-volume',
  'submit-recommendation',
  'host-volume-create',
] as const;

const NAMESPACE_SCALE = ['list-scaling-policies', 'read-scaling-policy', 'read-job-scaling', 'scale-job', 'read-job', 'submit-recommendation'] as const;

const NAMESPACE_FINE = [
  'alloc-node-exec',
  'csi-register-plugin',
  'sentinel-override',
  'register-job',
  'revert-job',
  'deregister-job',
  'purge-job',
  'evaluate-job',
  'plan-job',
  'tag-job-version',
  'stable-job',
  'fail-deployment',
  'pause-deployment',
  'promote-deployment',
  'unblock-deployment',
  'cancel-deployment',
  'set-alloc-health-deployment',
  'gc-allocation',
  'pause-allocation',
  'force-periodic-job',
  'delete-service-registration',
  'host-volume-delete',
] as const;

const READ_WRITE = { read: ['read'], write: ['read', 'write'] } as const;

export const BLOCKS: Readonly<Record<string, BlockKind>> = {
  namespace: {
    label: NAME,
    levels: { read: NAMESPACE_READ, write: NAMESPACE_WRITE, scale: NAMESPACE_SCALE },
    capabilities: {
      ...alone([...NAMESPACE_WRITE, ...NAMESPACE_FINE]),
      'host-volume-create': ['host-volume-read'],
      'host-volume-register': ['host-volume-create', 'host-volume-read'],
      'host-volume-write': ['host-volume-register', 'host-volume-create', 'host-volume-delete', 'host-volume-read'],
    },
  },
  node_pool: { label: NAME_OR_LOW_LINE, levels: { read: ['read'], write: ['delete', 'read', 'write'] }, capabilities: alone(['delete', 'read', 'write']) },
  host_volume: {
    label: NAME,
    levels: { read: ['mount-readonly'], write: ['mount-readonly', 'mount-readwrite'] },
    capabilities: alone(['mount-readonly', 'mount-readwrite']),
  },
  agent: { levels: READ_WRITE },
  node: { levels: READ_WRITE },
  quota: { levels: READ_WRITE },
  plugin: { levels: { list: ['list'], read: ['list', 'read'], write: ['list', 'read', 'write'] } },
  operator: {
    levels: { read: ['read', 'license-read'], write: ['read', 'write', 'snapshot-save', 'license-read'] },
    capabilities: alone(['snapshot-save', 'license-read', 'keyring-rotate', 'keyring-read', 'keyring-delete']),
  },
  sentinel: { levels: READ_WRITE, capabilities: alone(['sentinel-read', 'sentinel-submit', 'sentinel-delete']) },
};

/** Of the paths of the variables of a namespace. */
export const VARIABLES: BlockKind = { levels: {}, capabilities: { ...alone(['list', 'write', 'destroy']), read: ['list'] } };

function alone(capabilities: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(capabilities.map((capability) => [capability, []]));
}
