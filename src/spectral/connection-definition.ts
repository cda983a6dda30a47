import type { ApplyDefinition } from './apply-definition.ts';
import type {
  BooleanInputField,
  ConnectionTemplateInputField,
  DataInputField,
  PasswordInputField,
  StringInputField,
  TextInputField,
} from './input-fields.ts';

/** How an OAuth connection gets its token. The member and the plain text are the same value and the same type. */
export const OAuth2Type = {
  ClientCredentials: 'client_credentials',
  AuthorizationCode: 'authorization_code',
} as const;
export type OAuth2Type = (typeof OAuth2Type)[keyof typeof OAuth2Type];

/** How a code is bound to who asked for it (RFC 7636). */
export const OAuth2PkceMethod = { Plain: 'plain', S256: 'S256' } as const;
export type OAuth2PkceMethod = (typeof OAuth2PkceMethod)[keyof typeof OAuth2PkceMethod];

/** Who sees and sets a field: everybody, only whoever embeds the wizard, or only the organization. */
export type PermissionAndVisibilityType = 'customer' | 'embedded' | 'organization';

/** Who sees and sets a value, where that is not everybody. */
export interface ConfigVarVisibility {
  permissionAndVisibilityType?: PermissionAndVisibilityType | undefined;
  visibleToOrgDeployer?: boolean | undefined;
}

/** What an input of a connection may say beside its type. */
export interface ConnectionInputTraits extends ConfigVarVisibility {
  /** False hides it from forms; its default is then its value. */
  shown?: boolean | undefined;
  /** It can be set and never read back. */
  writeOnly?: boolean | undefined;
  /** The agent inside the customer's network gives its value. */
  onPremControlled?: boolean | undefined;
}

/** One field of a connection. */
export type ConnectionInput = (
  | StringInputField
  | DataInputField
  | TextInputField
  | PasswordInputField
  | BooleanInputField
  | ConnectionTemplateInputField
) &
  ConnectionInputTraits;

export type OnPremConnectionInput = ConnectionInput & { onPremControlled: true };

export type ConnectionInputs = Record<string, ConnectionInput>;

export interface ConnectionDisplayDefinition {
  label: string;
  description?: string | undefined;
  icons?: { avatarPath?: string | undefined; oauth2ConnectionIconPath?: string | undefined } | undefined;
}

/** Peculiarities of a token endpoint. */
export interface OAuth2Config {
  /** Sent as `grant_type` in place of the usual one. */
  overrideGrantType?: string | undefined;
  /** The only parameters a token request may have; all when left out. */
  allowedTokenParams?: string[] | undefined;
}

interface BaseConnectionDefinition {
  key: string;
  display?: ConnectionDisplayDefinition | undefined;
  /** Of definitions older than `display`. */
  label?: string | undefined;
  /** Of definitions older than `display`: its `description`. */
  comments?: string | undefined;
  /** Of definitions older than `display`: its `icons.oauth2ConnectionIconPath`. */
  iconPath?: string | undefined;
  /** How the credential goes on a request; `auto` guesses it as the SDK's requests do. Ferrule's own. */
  apply?: ApplyDefinition | 'auto' | undefined;
}

export interface DefaultConnectionDefinition extends BaseConnectionDefinition {
  oauth2Type?: OAuth2Type | undefined;
  inputs: ConnectionInputs;
}

export interface OnPremConnectionDefinition extends BaseConnectionDefinition {
  oauth2Type?: OAuth2Type | undefined;
  inputs: ConnectionInputs & { host: OnPremConnectionInput; port: OnPremConnectionInput };
}

/** The inputs without which no token can be asked for. */
export interface OAuth2ClientCredentialInputs {
  tokenUrl: ConnectionInput;
  scopes: ConnectionInput;
  clientId: ConnectionInput;
  clientSecret: ConnectionInput;
}

export interface OAuth2AuthorizationCodeInputs extends OAuth2ClientCredentialInputs {
  authorizeUrl: ConnectionInput;
}

export interface OAuth2AuthorizationCodeConnectionDefinition extends BaseConnectionDefinition {
  oauth2Type: 'authorization_code';
  oauth2Config?: OAuth2Config | undefined;
  oauth2PkceMethod?: OAuth2PkceMethod | undefined;
  inputs: ConnectionInputs & OAuth2AuthorizationCodeInputs;
}

export interface OAuth2ClientCredentialConnectionDefinition extends BaseConnectionDefinition {
  oauth2Type: 'client_credentials';
  oauth2Config?: OAuth2Config | undefined;
  inputs: ConnectionInputs & OAuth2ClientCredentialInputs;
}

export type OAuth2ConnectionDefinition =
  | OAuth2AuthorizationCodeConnectionDefinition
  | OAuth2ClientCredentialConnectionDefinition;

export type ConnectionDefinition =
  | DefaultConnectionDefinition
  | OnPremConnectionDefinition
  | OAuth2ConnectionDefinition;
