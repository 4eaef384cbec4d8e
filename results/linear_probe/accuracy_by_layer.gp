# Accuracy of linear probes along the layers, across stage 1; bands are 95 % intervals.
# 'gnuplot accuracy_by_layer.gp', here, draws accuracy_by_layer.svg and accuracy_by_layer.pdf from accuracy_by_layer.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'accuracy_by_layer.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,203 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.11111in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'accuracy_by_layer.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.125783
set rmargin at screen 0.814985
set tmargin at screen 0.960526
set bmargin at screen 0.171053
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [-0.2:5.2]
set yrange [0:1.03128]
set xtics ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5) noenhanced
set ytics ('0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1) noenhanced
unset label
unset arrow
set label 'blocks passed' at graph 0.5, screen 0.0394737 center noenhanced
set label 'accuracy held out' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from graph 0, first 0.25 to graph 1, first 0.25 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'most frequent class' at graph 0.01, first 0.25 left noenhanced offset 0,0.5 textcolor rgb '#555555'
set arrow from graph 0.962963, graph 0.393927 to graph 1.04214, graph 0.393927 nohead linewidth 0.4 dashtype 1 linecolor rgb '#440154' back
set label 'step 0' at graph 1.05419, graph 0.393927 left noenhanced textcolor rgb '#2F003A'
set arrow from graph 0.962963, graph 0.696949 to graph 1.04214, graph 0.6 nohead linewidth 0.4 dashtype 1 linecolor rgb '#472A79' back
set label 'step 25' at graph 1.05419, graph 0.6 left noenhanced textcolor rgb '#311D54'
set arrow from graph 0.962963, graph 0.757553 to graph 1.04214, graph 0.666667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#3D4D8A' back
set label 'step 60' at graph 1.05419, graph 0.666667 left noenhanced textcolor rgb '#2A3560'
set arrow from graph 0.962963, graph 0.757553 to graph 1.04214, graph 0.733333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#2F6C8E' back
set label 'step 130' at graph 1.05419, graph 0.733333 left noenhanced textcolor rgb '#204B63'
set arrow from graph 0.962963, graph 0.878761 to graph 1.04214, graph 0.8 nohead linewidth 0.4 dashtype 1 linecolor rgb '#24888D' back
set label 'step 280' at graph 1.05419, graph 0.8 left noenhanced textcolor rgb '#195F62'
set arrow from graph 0.962963, graph 0.939365 to graph 1.04214, graph 0.866667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#25A585' back
set label 'step 600' at graph 1.05419, graph 0.866667 left noenhanced textcolor rgb '#19735D'
set arrow from graph 0.962963, graph 0.939365 to graph 1.04214, graph 0.933333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#48BE6E' back
set label 'step 1250' at graph 1.05419, graph 0.933333 left noenhanced textcolor rgb '#32854D'
set arrow from graph 0.962963, graph 0.939365 to graph 1.04214, graph 1 nohead linewidth 0.4 dashtype 1 linecolor rgb '#89D447' back
set label 'step 2500' at graph 1.05419, graph 1 left noenhanced textcolor rgb '#5F9431'
plot \
    'accuracy_by_layer.csv' using (of(1, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#440154' notitle, \
    'accuracy_by_layer.csv' using (of(2, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#472A79' notitle, \
    'accuracy_by_layer.csv' using (of(3, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#3D4D8A' notitle, \
    'accuracy_by_layer.csv' using (of(4, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#2F6C8E' notitle, \
    'accuracy_by_layer.csv' using (of(5, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#24888D' notitle, \
    'accuracy_by_layer.csv' using (of(6, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#25A585' notitle, \
    'accuracy_by_layer.csv' using (of(7, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#48BE6E' notitle, \
    'accuracy_by_layer.csv' using (of(8, cell('depth'))):(cell('accuracy_low')):(cell('accuracy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#89D447' notitle, \
    'accuracy_by_layer.csv' using (of(1, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(2, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#472A79' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(3, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#3D4D8A' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(4, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#2F6C8E' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(5, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#24888D' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(6, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#25A585' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(7, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#48BE6E' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(8, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle
set output
