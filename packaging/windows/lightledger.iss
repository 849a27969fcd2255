; Inno Setup 6: ISCC.exe /DVersion=0.1.0 packaging\windows\lightledger.iss, after `make bundle`.
; Installs for one person without asking for rights, or for all. Offers itself for .h5 files in
; "Open with" and takes them from no other program. Written by the book, not yet tried on Windows.

#ifndef Version
  #error name the version: ISCC.exe /DVersion=...
#endif

[Setup]
AppId={{6B0C9A0E-6E0B-4C60-9B6B-1E5F0C3C7A52}
AppName=Lightledger
AppVersion={#Version}
AppVerName=Lightledger {#Version}
DefaultDirName={autopf}\Lightledger
DefaultGroupName=Lightledger
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\pyinstaller\lightledger\lightledger.ico
UninstallDisplayIcon={app}\lightledger-window.exe
OutputDir=..\..\dist
OutputBaseFilename=lightledger-{#Version}-windows-x64

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "..\..\build\bundle\lightledger\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[InstallDelete]
; What an older version brought and this one does not must not stay beside it.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\Lightledger"; Filename: "{app}\lightledger-window.exe"
Name: "{autodesktop}\Lightledger"; Filename: "{app}\lightledger-window.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Lightledger.Store"; ValueType: string; ValueData: "Lightledger store"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Lightledger.Store\DefaultIcon"; ValueType: string; ValueData: "{app}\lightledger-window.exe,0"
Root: HKA; Subkey: "Software\Classes\Lightledger.Store\shell\open\command"; ValueType: string; ValueData: """{app}\lightledger-window.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.h5\OpenWithProgids"; ValueType: string; ValueName: "Lightledger.Store"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Applications\lightledger-window.exe\SupportedTypes"; ValueType: string; ValueName: ".h5"; ValueData: ""; Flags: uninsdeletekey

[Run]
Filename: "{app}\lightledger-window.exe"; Description: "{cm:LaunchProgram,Lightledger}"; Flags: nowait postinstall skipifsilent
