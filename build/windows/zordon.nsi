; Installs Zordon for one person: no administrator is asked. Compiled by build/installers.py with
;   PAYLOAD  the folder that PyInstaller made      VERSION  as in 0.1.0
;   OUT      the installer to write                ICON     zordon.ico
Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"
!include "FileFunc.nsh"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Zordon"
!define CLASSES "Software\Classes"

Name "Zordon"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Zordon"
InstallDirRegKey HKCU "Software\Zordon" "Folder"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Zordon"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Zordon render manager"
VIAddVersionKey "LegalCopyright" "GPL-3.0-or-later"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\zordon.exe"
!define MUI_FINISHPAGE_RUN_PARAMETERS "app"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString VERB ${LANG_ENGLISH} "Render with Zordon"
LangString VERB ${LANG_GERMAN} "Mit Zordon rendern"
LangString RUNNING ${LANG_ENGLISH} "Zordon is running. Quit it, then try again."
LangString RUNNING ${LANG_GERMAN} "Zordon läuft. Bitte beenden und noch einmal versuchen."

; A verb in the context menu, and a place under "Open with"; never the default program for a type.
!macro OfferFor EXTENSION
  WriteRegStr HKCU "${CLASSES}\SystemFileAssociations\${EXTENSION}\shell\Zordon" "" "$(VERB)"
  WriteRegStr HKCU "${CLASSES}\SystemFileAssociations\${EXTENSION}\shell\Zordon" "Icon" "$INSTDIR\zordon.exe"
  WriteRegStr HKCU "${CLASSES}\SystemFileAssociations\${EXTENSION}\shell\Zordon\command" "" '"$INSTDIR\zordon.exe" app "%1"'
  WriteRegStr HKCU "${CLASSES}\Applications\zordon.exe\SupportedTypes" "${EXTENSION}" ""
!macroend
!macro WithdrawFor EXTENSION
  DeleteRegKey HKCU "${CLASSES}\SystemFileAssociations\${EXTENSION}\shell\Zordon"
!macroend
!macro ForAll DO
  !insertmacro ${DO} ".blend"
  !insertmacro ${DO} ".mp4"
  !insertmacro ${DO} ".mov"
  !insertmacro ${DO} ".mkv"
!macroend

Section "Zordon"
  ; A running program keeps its file locked.
  ClearErrors
  IfFileExists "$INSTDIR\zordon.exe" 0 fresh
  Delete "$INSTDIR\zordon.exe"
  IfErrors 0 +3
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDOK
    Abort
  RMDir /r "$INSTDIR\_internal"
fresh:
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Zordon.lnk" "$INSTDIR\zordon.exe" "app"

  WriteRegStr HKCU "Software\Zordon" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${CLASSES}\Applications\zordon.exe\shell\open\command" "" '"$INSTDIR\zordon.exe" app "%1"'
  !insertmacro ForAll OfferFor
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  WriteRegStr HKCU "${KEY}" "DisplayName" "Zordon"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\zordon.exe"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" "$0"
SectionEnd

; Jobs, settings and results are the person's own and stay.
Section "Uninstall"
  ; First what a running program keeps locked: else half of it would stay, and Windows would offer no uninstall any more.
  ClearErrors
  Delete "$INSTDIR\zordon.exe"
  IfErrors 0 +3
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDOK
    Abort
  Delete "$SMPROGRAMS\Zordon.lnk"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  !insertmacro ForAll WithdrawFor
  DeleteRegKey HKCU "${CLASSES}\Applications\zordon.exe"
  DeleteRegKey HKCU "Software\Zordon"
  DeleteRegKey HKCU "${KEY}"
SectionEnd
